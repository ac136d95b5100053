import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { check, InputError, messageOf, optionText } from '../base/index.ts'
import { send } from './http.ts'
import { fileUrl, type HubRepo, showHubName } from './hub-name.ts'
import type { HubSettings } from './hub-settings.ts'
import { basicAuthorization, withoutUser } from './url-user.ts'

/** The network does not let us through, or we are told not to use it: everything else about the request may be right. */
export class HubUnreachable extends InputError {}

/** Trouble that may pass: worth another attempt. */
export class PassingTrouble extends Error {}

/** What a hub says of a file. */
export interface HubFile {
  readonly repo: HubRepo
  readonly path: string
  readonly commit: string
  /** SHA-256 of a large file, git's SHA-1 of a small one: its name in the cache. */
  readonly etag: string
  readonly size: number
}

const redirects = [301, 302, 303, 307, 308]
const redirectLimit = 5

/**
 * Asks about a file; undefined where the repository has none of that name.
 * @throws HubUnreachable where the network is closed; InputError for a repository that is not there or not open to us.
 */
export async function describeFile(
  repo: HubRepo,
  path: string,
  settings: HubSettings,
  signal?: AbortSignal,
): Promise<HubFile | undefined> {
  const describe = async () => {
    const answer = await follow(fileUrl(repo, path, settings.endpoint), settings, {
      method: 'HEAD',
      headers: {},
      signal,
      stayAtEndpoint: true,
    })
    const { response } = answer
    response.resume()
    const status = response.statusCode!
    if (status === 404 && response.headers['x-error-code'] === 'EntryNotFound') return undefined
    if (!redirects.includes(status)) checkStatus(answer, repo, settings)
    return fileOf(response, repo, path, settings)
  }
  return withRetries(describe, repo, settings, signal)
}

/** The file's bytes from `begin` on. @throws as `describeFile`, and PassingTrouble for what is worth another attempt. */
export async function requestBytes(
  { repo, path, commit }: HubFile,
  begin: number,
  settings: HubSettings,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const headers: Record<string, string> = begin === 0 ? {} : { range: `bytes=${begin}-` }
  const from = fileUrl({ ...repo, revision: commit }, path, settings.endpoint)
  const answer = await follow(from, settings, { method: 'GET', headers, signal, stayAtEndpoint: false })
  const { response } = answer
  if (response.statusCode === 416) return response
  try {
    checkStatus(answer, repo, settings)
  } catch (error) {
    response.resume()
    throw error
  }
  return response
}

/**
 * Calls `work` again after trouble that may pass, `attempts` times at most, with a pause that doubles.
 * @throws HubUnreachable when they are used up.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  repo: HubRepo,
  { attempts, pauseMs, endpoint }: HubSettings,
  signal?: AbortSignal,
  progressed: () => boolean = () => false,
): Promise<T> {
  for (let failed = 0; ; ) {
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      const closed = isClosed(error)
      if (!closed && !(error instanceof PassingTrouble) && !isOfTheNetwork(error)) throw error
      failed = progressed() ? 1 : failed + 1
      if (closed || failed >= attempts) throw unreachable(repo, endpoint, messageOf(error))
    }
    await pause(pauseMs * 2 ** (failed - 1), undefined, { signal }).catch(() => signal?.throwIfAborted())
  }
}

/** What to say, and what to do instead. */
export function unreachable(repo: HubRepo, endpoint: URL, why: string): HubUnreachable {
  const file = `${repo.name}.safetensors`
  const url = withoutUser(fileUrl(repo, 'model.safetensors', endpoint))
  return new HubUnreachable(
    `${showHubName(repo)}: cannot be fetched from ${endpoint.host} (${why})`,
    `where the network is open: curl -fL -o ${file} ${url.href}\nthen here: ${optionText({ set: [`weights=${file}`] })}`,
  )
}

interface Follow {
  readonly method: 'GET' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal | undefined
  /** Take a redirect to another host for the answer: it carries the hub's headers. */
  readonly stayAtEndpoint: boolean
}

interface Answer {
  readonly response: IncomingMessage
  readonly url: URL
  /** It was asked with the token. */
  readonly trusted: boolean
}

/** Follows redirects; the token goes to the endpoint's own scheme, host and port only. */
async function follow(
  start: URL,
  settings: HubSettings,
  { method, headers, signal, stayAtEndpoint }: Follow,
): Promise<Answer> {
  const { token, timeoutMs, env, endpoint } = settings
  let url = start
  for (let hops = 0; hops <= redirectLimit; hops++) {
    const own = url.origin === endpoint.origin
    const trusted = own && token !== undefined
    const user = own ? basicAuthorization(endpoint) : undefined
    const response = await send(url, {
      method,
      headers: {
        'user-agent': 'rosette',
        'accept-encoding': 'identity', // sizes and ranges are those of the file itself
        ...headers,
        ...(user === undefined ? {} : { authorization: user }),
        ...(trusted ? { authorization: `Bearer ${token}` } : {}),
      },
      timeoutMs,
      signal,
      env,
    })
    const { location } = response.headers
    if (!redirects.includes(response.statusCode!) || location === undefined) return { response, url, trusted }
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined
    check(next !== undefined && /^https?:$/.test(next.protocol), `${url.host}: redirects to what is no address`)
    if (stayAtEndpoint && next.origin !== url.origin) return { response, url, trusted }
    response.resume()
    url = withoutUser(next) // who we are is not for a server to say
  }
  throw new InputError(`${start.host}: more than ${redirectLimit} redirects`)
}

/** Hosts are told, paths behind a redirect are not: they may be signed. */
function checkStatus(answer: Answer, repo: HubRepo, settings: HubSettings): void {
  const { response, url, trusted } = answer
  const status = response.statusCode!
  if (status === 200 || status === 206) return
  const name = showHubName(repo)
  if (status === 408 || status === 429 || status >= 500) throw new PassingTrouble(`${url.host} answers ${status}`)
  const why: Readonly<Record<number, string>> = {
    401: trusted ? 'is not there, not open to you, or the token is not valid' : 'is not there, or not public',
    403: 'is not open to you',
    404: response.headers['x-error-code'] === 'RevisionNotFound' ? 'has no such revision' : 'is not there',
  }
  throw new InputError(
    `${name}: ${why[status] ?? 'cannot be fetched'} (${url.host} answers ${status})`,
    status === 401 || status === 403 ? accessHint(answer, repo, settings) : 'check the name',
  )
}

function accessHint({ url, trusted }: Answer, { owner, name }: HubRepo, { endpoint, tokenFrom }: HubSettings): string {
  if (url.origin !== endpoint.origin)
    return `${url.host}, where ${endpoint.host} keeps its files, refuses: try again later`
  const page = `${withoutUser(endpoint).href.replace(/\/+$/, '')}/${owner}/${name}`
  return trusted
    ? `check the name; the token in ${tokenFrom} was sent, and may be invalid (public models are refused then too) or without access, which is asked for at ${page}`
    : `check the name; for a private or gated model, ask for access at ${page} and set HF_TOKEN`
}

function fileOf(
  { statusCode, headers }: IncomingMessage,
  repo: HubRepo,
  path: string,
  { endpoint }: HubSettings,
): HubFile {
  const text = (value: string | string[] | undefined) => (typeof value === 'string' ? value : '')
  const linked = text(headers['x-linked-etag'])
  const etag = (linked === '' ? text(headers.etag) : linked).replace(/^W\//, '').replaceAll('"', '')
  const commit = text(headers['x-repo-commit'])
  const own = statusCode === 200 ? text(headers['content-length']) : '' // a redirect's is of its own body
  const size = Number(text(headers['x-linked-size']) || own || Number.NaN)
  const complete =
    /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag) && /^[0-9a-f]{40}$/.test(commit) && Number.isSafeInteger(size)
  check(
    complete,
    `${endpoint.host}: does not answer as a Hugging Face hub does (commit, size and checksum of ${path} are missing)`,
    'is there a login page in between, or is HF_ENDPOINT another server?',
  )
  return { repo, path, commit, etag, size }
}

/** No connection can be made, or none that is trusted: trying again at once is of no use. */
function isClosed(error: unknown): boolean {
  return /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|E(NET|HOST)UNREACH|EPROXY|ERR_TLS|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/.test(
    codeOf(error),
  )
}

function isOfTheNetwork(error: unknown): boolean {
  return /^(ECONN|ETIMEDOUT|EPIPE|EPROTO|ERR_SSL|HPE_)/.test(codeOf(error))
}

/** Of the error, or the first of several that were tried. */
function codeOf(error: unknown): string {
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: readonly unknown[] }
  return typeof code === 'string' ? code : Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : ''
}
