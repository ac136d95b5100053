import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { InputError } from '../base/index.ts'
import { hubSettings } from './hub-settings.ts'

const secret = 'hf_secretsecretsecret'
let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rosette-settings-'))
  vi.stubEnv('HOME', home)
  vi.stubEnv('USERPROFILE', home)
})
afterEach(() => vi.unstubAllEnvs())

describe('the token', () => {
  test('comes from HF_TOKEN or the file that a login writes', () => {
    const env = { HF_HOME: home }
    expect(hubSettings({ env }).token).toBeUndefined()
    writeFileSync(join(home, 'token'), `${secret}\n`)
    expect(hubSettings({ env })).toMatchObject({ token: secret, tokenFrom: join(home, 'token') })
    expect(hubSettings({ env: { ...env, HF_TOKEN: 'hf_other' } })).toMatchObject({
      token: 'hf_other',
      tokenFrom: 'HF_TOKEN',
    })
    expect(hubSettings({ env: { ...env, HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' } }).token).toBeUndefined()
  })

  test('that is none is not told', () => {
    expect(() => hubSettings({ env: { HF_TOKEN: 'a\r\nb: c' } })).toThrow(
      /^HF_TOKEN: holds characters that no token has$/,
    )
    writeFileSync(join(home, 'token'), 'two words')
    const read = () => hubSettings({ env: { HF_HOME: home } })
    expect(read).toThrow(`${join(home, 'token')}: holds characters that no token has`)
    expect(read).not.toThrow('two words')
  })

  test('in what is no file is refused by the variable’s name', () => {
    const read = () => hubSettings({ env: { HF_TOKEN_PATH: home } })
    expect(read).toThrow(InputError)
    expect(read).toThrow(`HF_TOKEN_PATH: ${home} cannot be read (${home}: a folder, not a file)`)
    mkdirSync(join(home, 'token'))
    expect(() => hubSettings({ env: { HF_HOME: home } })).toThrow(
      `the token of \`hf auth login\`: ${join(home, 'token')}`,
    )
    expect(hubSettings({ env: { HF_TOKEN_PATH: home, HF_TOKEN: secret } }).token).toBe(secret)
  })
})

describe('~ is the home folder in', () => {
  test.each([
    [{ HF_HOME: '~/x' }, ['x', 'hub']],
    [{ HF_HOME: '~' }, ['hub']],
    [{ HF_HUB_CACHE: '~/y' }, ['y']],
    [{ HUGGINGFACE_HUB_CACHE: '~/y' }, ['y']],
    [{ XDG_CACHE_HOME: '~/z' }, ['z', 'huggingface', 'hub']],
  ])('%j', (env, parts) => expect(hubSettings({ env }).cache).toBe(join(home, ...parts)))

  test('HF_TOKEN_PATH', () => {
    writeFileSync(join(home, 'mine'), secret)
    expect(hubSettings({ env: { HF_TOKEN_PATH: '~/mine' } })).toMatchObject({
      token: secret,
      tokenFrom: join(home, 'mine'),
    })
  })

  test('no name that only begins with it', () => {
    expect(hubSettings({ env: { HF_HOME: '~other/x' } }).cache).toBe(join('~other', 'x', 'hub'))
  })
})
