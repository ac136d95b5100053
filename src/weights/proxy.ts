import { check } from '../base/index.ts'
import { basicAuthorization } from './url-user.ts'

/** Environment variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that the environment names for an address, as curl reads it: HTTPS_PROXY or HTTP_PROXY by the address' kind, else
 * ALL_PROXY, in small letters too; NO_PROXY lists hosts, domains and `*` that go without.
 * @throws InputError for a proxy of another kind than http.
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const read = (name: string) => env[name.toLowerCase()] || env[name] || undefined
  const proxy = read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? read('ALL_PROXY')
  if (proxy === undefined || withoutProxy(url, read('NO_PROXY') ?? '')) return undefined
  const address = proxy.includes('://') ? proxy : `http://${proxy}`
  const valid = URL.canParse(address) && new URL(address).protocol === 'http:'
  check(valid, `the environment's proxy for ${url.host}: expected an address of http, got another kind`)
  return new URL(address)
}

/** The header that names the user of the proxy's address, where it has one. */
export function proxyAuthorization(proxy: URL): Readonly<Record<string, string>> {
  const basic = basicAuthorization(proxy)
  return basic === undefined ? {} : { 'proxy-authorization': basic }
}

function withoutProxy({ hostname, port, protocol }: URL, list: string): boolean {
  const own = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '') return false
    if (entry === '*') return true
    const [, host = '', wanted] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
    if (wanted !== undefined && wanted !== own) return false
    return hostname === host || hostname.endsWith(`.${host}`)
  })
}
