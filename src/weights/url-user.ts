import { unescape as decode } from 'node:querystring'

/** `Basic …` where an address has a user. A percent sign that begins no code is one, as it is to curl. */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  return `Basic ${Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64')}`
}

/** The address without user and password, as it may be shown. */
export function withoutUser(url: URL): URL {
  return Object.assign(new URL(url), { username: '', password: '' })
}
