import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Environment, proxyAuthorization, proxyFor } from './proxy.ts'
import { basicAuthorization, withoutUser } from './url-user.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD'
  readonly headers: Readonly<Record<string, string>>
  /** Longest silence, while connecting and between two pieces. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  readonly env: Environment
}

/**
 * One request, no redirect followed, through the environment's proxy where it names one; a user in the address is sent, unless the
 * headers have an authorization. Rejects with the system's errors.
 */
export async function send(address: URL, options: HttpRequest): Promise<IncomingMessage> {
  const { method, timeoutMs, signal, env } = options
  const url = withoutUser(address) // Node's own way to send it fails where a percent sign stands for itself
  const user = basicAuthorization(address)
  const authorization: Record<string, string> = user === undefined ? {} : { authorization: user }
  const proxy = proxyFor(url, env)
  const headers = { host: url.host, ...authorization, ...options.headers }
  const shared = { method, signal, agent: false, headers } as const
  const port = (address: URL, otherwise: number) => (address.port === '' ? otherwise : Number(address.port))
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  if (proxy === undefined) return responseOf(request(url, shared), timeoutMs)
  const via = { host: proxy.hostname, port: port(proxy, 80) }
  if (url.protocol === 'http:') {
    const both = { ...headers, ...proxyAuthorization(proxy) }
    return responseOf(requestHttp({ ...shared, ...via, path: url.href, headers: both }), timeoutMs)
  }
  const target = `${url.hostname}:${port(url, 443)}`
  const socket = await tunnel(
    requestHttp({ ...via, signal, agent: false, method: 'CONNECT', path: target, headers: proxyAuthorization(proxy) }),
    timeoutMs,
  )
  const { agent: _, ...rest } = shared // with an agent createConnection is not asked
  const createConnection = () => connectTls({ socket, servername: url.hostname })
  return responseOf(request(url, { ...rest, createConnection }), timeoutMs)
}

function responseOf(request: ClientRequest, timeoutMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
    request.setTimeout(timeoutMs, () => request.destroy(failure('ETIMEDOUT', `no answer in ${timeoutMs / 1000} s`)))
    request.end()
  })
}

/** A connection through the proxy to the host that it was asked for. */
function tunnel(request: ClientRequest, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    request.on('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket as Socket)
      socket.destroy()
      reject(failure('EPROXY', `the proxy answers ${response.statusCode}`))
    })
    request.on('error', reject)
    request.setTimeout(timeoutMs, () => request.destroy(failure('ETIMEDOUT', `no answer in ${timeoutMs / 1000} s`)))
    request.end()
  })
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
