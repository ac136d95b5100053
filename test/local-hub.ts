import { createHash } from 'node:crypto'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
export const gitSha1 = (bytes: Uint8Array) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')

export interface Asked {
  readonly server: 'hub' | 'store'
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** What goes wrong, each for as many requests as it has entries, from the first on; `undefined` is a request that goes well. */
export interface Faults {
  /** Answers of the hub. */
  status?: (number | undefined)[]
  /** The store ends the connection after so many bytes and a wait. */
  cutAfter?: (number | undefined)[]
  cutWaitMs?: number
  /** The store sends something else, of this length. */
  wrong?: (Uint8Array | undefined)[]
  /** The store sends the whole file whatever the range. */
  ignoreRange?: boolean
  /** The store never answers. */
  silent?: boolean
  /** Milliseconds before the store answers. */
  delayMs?: number
}

export interface LocalHub {
  readonly endpoint: URL
  readonly asked: Asked[]
  faults: Faults
  close(): Promise<void>
}

export interface HubModel {
  /** By path; large files are kept in the store, as on the hub. */
  readonly files: Readonly<Record<string, Uint8Array>>
  readonly commit?: string
  /** Only with this token. */
  readonly token?: string
}

const largeFrom = 64

/**
 * A server that behaves like a Hugging Face hub, and beside it the store that its large files are redirected to: another origin,
 * with signed addresses. On the loopback interface.
 */
export async function localHub(models: Readonly<Record<string, HubModel>>): Promise<LocalHub> {
  const asked: Asked[] = []
  const hub: LocalHub = { endpoint: new URL('http://127.0.0.1'), asked, faults: {}, close }
  const blobs = new Map(
    Object.values(models).flatMap(({ files }) => Object.values(files).map((bytes) => [sha256(bytes), bytes] as const)),
  )
  const store = await listening((request, response) => {
    note('store', request)
    void serveBlob(request, response)
  })
  const front = await listening((request, response) => {
    note('hub', request)
    serveFile(request, response)
  })
  return Object.assign(hub, { endpoint: new URL(addressOf(front)) })

  function note(server: 'hub' | 'store', { method, url, headers }: IncomingMessage): void {
    asked.push({ server, method: method!, path: url!, headers })
  }

  function serveFile(request: IncomingMessage, response: ServerResponse): void {
    const status = hub.faults.status?.shift()
    if (status !== undefined) return void response.writeHead(status).end()
    const [, owner, name, , revision, ...rest] = new URL(request.url!, 'http://127.0.0.1').pathname
      .split('/')
      .map(decodeURIComponent)
    const model = models[`${owner}/${name}`]
    const allowed = model?.token === undefined || request.headers.authorization === `Bearer ${model.token}`
    if (model === undefined) return refuse(response, 404, 'RepoNotFound')
    if (!allowed) return refuse(response, request.headers.authorization === undefined ? 401 : 403, 'GatedRepo')
    const commit = model.commit ?? 'c'.repeat(40)
    if (revision !== 'main' && revision !== commit) return refuse(response, 404, 'RevisionNotFound')
    const bytes = model.files[rest.join('/')]
    if (bytes === undefined) return refuse(response, 404, 'EntryNotFound')
    const linked = {
      'x-repo-commit': commit,
      'x-linked-etag': `"${sha256(bytes)}"`,
      'x-linked-size': `${bytes.length}`,
    }
    if (bytes.length >= largeFrom) {
      const location = `${addressOf(store)}/${sha256(bytes)}?X-Signature=signed`
      return void response
        .writeHead(302, { ...linked, location, 'content-length': 17 })
        .end(bodyOf(request, 'Found. Elsewhere.'))
    }
    response.writeHead(200, { 'x-repo-commit': commit, etag: `"${gitSha1(bytes)}"`, 'content-length': bytes.length })
    response.end(bodyOf(request, bytes))
  }

  async function serveBlob(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults } = hub
    if (faults.silent === true) return
    if (faults.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, faults.delayMs))
    const whole = faults.wrong?.shift() ?? blobs.get(request.url!.slice(1, 65))
    if (whole === undefined || !request.url!.endsWith('signed')) return refuse(response, 403, 'SignatureDoesNotMatch')
    const begin = faults.ignoreRange === true ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (begin >= whole.length) return refuse(response, 416, 'InvalidRange')
    const body = whole.subarray(begin)
    const headers = { 'content-length': body.length, 'accept-ranges': 'bytes' }
    if (begin === 0) response.writeHead(200, headers)
    else response.writeHead(206, { ...headers, 'content-range': `bytes ${begin}-${whole.length - 1}/${whole.length}` })
    const cut = faults.cutAfter?.shift()
    if (cut === undefined) return void response.end(body)
    response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), faults.cutWaitMs ?? 20))
  }

  async function close(): Promise<void> {
    for (const server of [front, store]) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

const bodyOf = <T>({ method }: IncomingMessage, body: T): T | undefined => (method === 'HEAD' ? undefined : body)

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'x-error-code': code }).end()
}

export function listening(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(handle)
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

export function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
