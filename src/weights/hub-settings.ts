import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { check } from '../base/index.ts'
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

/** The settings that the environment tells, by the names that Python's huggingface_hub reads. @throws InputError for a malformed one. */
export function hubSettings(overrides: Partial<HubSettings> = {}): HubSettings {
  const env = overrides.env ?? process.env
  const address = env.HF_ENDPOINT || 'https://huggingface.co'
  const valid = URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)
  check(valid, 'HF_ENDPOINT: expected an address such as https://huggingface.co')
  const home = hubHome(env)
  return {
    ...hubDefaults,
    endpoint: new URL(address),
    cache: env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(home, 'hub'),
    offline: isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    token: tokenOf(env, home),
    env,
    ...overrides,
  }
}

function hubHome(env: Environment): string {
  return env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface')
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes(value?.toUpperCase() ?? '')
}

function tokenOf(env: Environment, home: string): string | undefined {
  if (isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined
  const file = env.HF_TOKEN_PATH || join(home, 'token')
  const token = (env.HF_TOKEN || (existsSync(file) ? readFileSync(file, 'utf8') : '')).trim()
  check(/^[\x21-\x7e]*$/.test(token), 'HF_TOKEN: holds characters that no token has')
  return token === '' ? undefined : token
}
