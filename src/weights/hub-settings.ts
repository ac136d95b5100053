import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, sep } from 'node:path'
import { check, InputError, messageOf, readRegular } from '../base/index.ts'
import type { Environment } from './proxy.ts'

/** How a hub is talked to, and where its files are kept. */
export interface HubSettings {
  /** Where the hub is: HF_ENDPOINT, or https://huggingface.co */
  readonly endpoint: URL
  /** The cache that Python's libraries share: HF_HUB_CACHE, HF_HOME/hub, or ~/.cache/huggingface/hub. */
  readonly cache: string
  /** HF_HUB_OFFLINE: only the cache is looked at. */
  readonly offline: boolean
  /** HF_TOKEN, or the file that `hf auth login` writes. Sent to the endpoint alone, and never told. */
  readonly token: string | undefined
  /** Where it is from, as it may be told: HF_TOKEN, or that file. */
  readonly tokenFrom: string
  /** For the proxy's variables. */
  readonly env: Environment
  /** Longest silence of the network. */
  readonly timeoutMs: number
  /** Attempts without progress before giving up, and the first pause between two; each is twice the one before. */
  readonly attempts: number
  readonly pauseMs: number
}

/** Patience: 10 s of silence, five attempts, half a second before the second. */
export const hubDefaults = { timeoutMs: 10_000, attempts: 5, pauseMs: 500 } as const

/**
 * The settings that the environment tells, by the names that Python's huggingface_hub reads.
 * @throws InputError naming the variable that is malformed, or whose file cannot be read.
 */
export function hubSettings(overrides: Partial<HubSettings> = {}): HubSettings {
  const env = overrides.env ?? process.env
  const address = env.HF_ENDPOINT || 'https://huggingface.co'
  const valid = URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)
  check(valid, 'HF_ENDPOINT: expected an address such as https://huggingface.co')
  const home = hubHome(env)
  const offline = overrides.offline ?? isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE)
  return {
    ...hubDefaults,
    endpoint: new URL(address),
    cache: expanded(env.HF_HUB_CACHE) ?? expanded(env.HUGGINGFACE_HUB_CACHE) ?? join(home, 'hub'),
    offline,
    ...tokenOf(env, home, offline),
    env,
    ...overrides,
  }
}

function hubHome(env: Environment): string {
  const caches = expanded(env.XDG_CACHE_HOME) ?? join(homedir(), '.cache')
  return expanded(env.HF_HOME) ?? join(caches, 'huggingface')
}

/** A path with the home folder for a `~` before it, as Python reads them; undefined for none. */
function expanded(path: string | undefined): string | undefined {
  if (path === undefined || path === '') return undefined
  const home = path === '~' || path.startsWith('~/') || path.startsWith(`~${sep}`)
  return home ? join(homedir(), path.slice(1)) : path
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes(value?.toUpperCase() ?? '')
}

function tokenOf(env: Environment, home: string, offline: boolean): Pick<HubSettings, 'token' | 'tokenFrom'> {
  const file = expanded(env.HF_TOKEN_PATH) ?? join(home, 'token')
  const tokenFrom = env.HF_TOKEN ? 'HF_TOKEN' : file
  if (offline || isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return { token: undefined, tokenFrom }
  const token = (env.HF_TOKEN || readToken(file, env)).trim()
  check(/^[\x21-\x7e]*$/.test(token), `${tokenFrom}: holds characters that no token has`)
  return { token: token === '' ? undefined : token, tokenFrom }
}

function readToken(file: string, env: Environment): string {
  if (!existsSync(file)) return ''
  try {
    return readRegular(file, 'text').toString('utf8')
  } catch (error) {
    const which = env.HF_TOKEN_PATH ? 'HF_TOKEN_PATH' : 'the token of `hf auth login`'
    throw new InputError(`${which}: ${file} cannot be read (${messageOf(error)})`)
  }
}
