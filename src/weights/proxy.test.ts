import { describe, expect, test } from 'vitest'
import { proxyAuthorization, proxyFor } from './proxy.ts'

const hub = new URL('https://huggingface.co/timm/x')
const proxy = 'hub.invalid:3128'
const userOf = (address: string) => {
  const header = proxyAuthorization(new URL(address))['proxy-authorization']
  return header === undefined ? '' : Buffer.from(header.replace(/^Basic /, ''), 'base64').toString()
}

describe('the user of a proxy', () => {
  test.each([
    ['me:p%40ss@', 'me:p@ss'],
    ['me:50%@', 'me:50%'],
    ['me:a%40b%zz@', 'me:a@b%zz'],
    ['m%C3%A9:%@', 'mé:%'],
    ['me@', 'me:'],
    ['', ''],
  ])('%s is %s', (user, expected) => expect(userOf(['http:', '', user + proxy].join('/'))).toBe(expected))
})

test('a proxy that is refused is not told, being a secret', () => {
  const refused = () => proxyFor(hub, { HTTPS_PROXY: 'socks5://me:secret%@proxy' })
  expect(refused).toThrow(/^the environment's proxy for huggingface.co: expected an address of http, got another kind$/)
})
