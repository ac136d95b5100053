import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { gitSha1, sha256 } from '../../test/local-hub.ts'
import { linkIntoSnapshot, listCache } from './cache.ts'
import { weightsHash } from './checksum.ts'
import { verifyCache } from './verify.ts'

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  return { ...fs, symlinkSync: vi.fn(fs.symlinkSync) }
})

const repo = { owner: 'timm', name: 'atto.d2_in1k', revision: 'main' } as const
const [large, small] = [Buffer.alloc(200, 3), Buffer.from('{}')]
let cache = ''
let folder = ''
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'rosette-cache-'))
  folder = join(cache, 'models--timm--atto.d2_in1k')
  mkdirSync(join(folder, 'blobs'), { recursive: true })
  writeFileSync(join(folder, 'blobs', sha256(large)), large)
  writeFileSync(join(folder, 'blobs', gitSha1(small)), small)
})
afterEach(() => {
  rmSync(cache, { recursive: true })
})

const link = (path = 'model.safetensors', etag = sha256(large)) =>
  linkIntoSnapshot(cache, repo, { path, commit: 'c1', etag })

describe('a snapshot', () => {
  test('has links, also from folders, and again where one led nowhere', () => {
    expect(readFileSync(link('deep/er/model.safetensors'))).toEqual(large)
    mkdirSync(join(folder, 'snapshots', 'c1'), { recursive: true })
    symlinkSync(join('..', '..', 'blobs', 'gone'), join(folder, 'snapshots', 'c1', 'model.safetensors'))
    expect(readFileSync(link())).toEqual(large)
    expect(() => link('../../../escaped')).toThrow("file: '../../../escaped' leads outside of")
  })

  test('has copies where links are not allowed', () => {
    vi.mocked(symlinkSync).mockImplementationOnce(() => {
      throw Object.assign(new Error('not here'), { code: 'EPERM' })
    })
    const path = link()
    expect(lstatSync(path).isSymbolicLink()).toBe(false)
    expect(readFileSync(path)).toEqual(large)
    expect(readFileSync(join(folder, 'refs', 'main'), 'utf8')).toBe('c1')
  })
})

test('the list has every file with its size, and those whose blob is gone', () => {
  const path = link()
  link('config/config.json', gitSha1(small))
  rmSync(join(folder, 'blobs', gitSha1(small)))
  mkdirSync(join(cache, '.locks'))
  const shared = { repo: 'timm/atto.d2_in1k', commit: 'c1' }
  expect(listCache(cache)).toEqual([
    {
      ...shared,
      file: join('config', 'config.json'),
      path: join(folder, 'snapshots', 'c1', 'config', 'config.json'),
      bytes: undefined,
    },
    { ...shared, file: 'model.safetensors', path, bytes: 200 },
  ])
  expect(listCache(join(cache, 'nowhere'))).toEqual([])
})

test('verifying hashes every blob, and tells what is wrong, missing and not to be told', async () => {
  link()
  link('config.json', gitSha1(small))
  const blob = (name: string) => join(folder, 'blobs', name)
  const state = async () => (await verifyCache(cache)).map(({ path, state }) => [path.slice(folder.length + 1), state])
  expect((await state()).map(([, s]) => s)).toEqual(['right', 'right'])
  writeFileSync(blob(sha256(large)), Buffer.alloc(200, 4))
  rmSync(blob(gitSha1(small)))
  writeFileSync(blob('named-otherwise'), 'x')
  writeFileSync(blob('half.incomplete'), 'x')
  expect(await state()).toEqual([
    [join('blobs', sha256(large)), 'wrong'],
    [join('blobs', 'named-otherwise'), 'unknown'],
    [join('snapshots', 'c1', 'config.json'), 'missing'],
  ])
  expect(await verifyCache(cache, { repos: ['timm/other'] })).toEqual([])
})

describe('verifying a snapshot of plain copies', () => {
  const copy = (name: string, content: Buffer) => {
    const path = join(folder, 'snapshots', 'c1', name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, content)
    return path
  }
  const state = async () => (await verifyCache(cache)).map(({ path, state }) => [path.slice(folder.length + 1), state])
  const snapshot = (name: string) => join('snapshots', 'c1', name)

  test('without blobs: nothing tells what they should be', async () => {
    rmSync(join(folder, 'blobs'), { recursive: true })
    copy('model.safetensors', large)
    expect(await state()).toEqual([[snapshot('model.safetensors'), 'unknown']])
  })

  test('beside blobs: right where they equal one', async () => {
    copy('config.json', small)
    copy('deep/model.safetensors', large)
    copy('other.safetensors', Buffer.alloc(200, 5))
    expect((await state()).slice(2)).toEqual([
      [snapshot('config.json'), 'right'],
      [snapshot(join('deep', 'model.safetensors')), 'right'],
      [snapshot('other.safetensors'), 'unknown'],
    ])
  })

  test('and links: those are their blobs', async () => {
    link()
    expect((await state()).map(([path]) => path)).toEqual(
      [sha256(large), gitSha1(small)].sort().map((name) => join('blobs', name)),
    )
  })
})

test('weights are identified by their bytes; an index by its files', async () => {
  const path = link()
  expect(await weightsHash(path)).toBe(sha256(large))
  const index = join(folder, 'snapshots', 'c1', 'model.safetensors.index.json')
  writeFileSync(index, JSON.stringify({ weight_map: { a: 'model.safetensors', b: 'model.safetensors' } }))
  expect(await weightsHash(index)).toBe(sha256(Buffer.from(`model.safetensors ${sha256(large)}\n`)))
  expect(existsSync(index)).toBe(true)
})

describe('weights that changed in the cache', () => {
  const damaged = async (path: string) => {
    const blob = join(folder, 'blobs', sha256(large))
    writeFileSync(blob, Buffer.alloc(200, 4))
    const message = await rejection(weightsHash(path))
    expect(message).toContain(
      `${sha256(Buffer.alloc(200, 4))}, expected ${sha256(large)}\nhint: remove ${realpathSync(blob)}`,
    )
    return message
  }

  test('are refused, by whatever links they are reached', async () => {
    const path = link()
    const own = join(cache, 'own.safetensors')
    symlinkSync(path, own)
    expect(await damaged(own)).toContain(`InputError: ${own}: has changed since it was downloaded`)
  })

  test('are refused as one of an index', async () => {
    const index = join(folder, 'model.safetensors.index.json')
    writeFileSync(index, JSON.stringify({ weight_map: { a: 'snapshots/c1/model.safetensors' } }))
    const path = link()
    expect(await damaged(index)).toContain(path)
  })

  test('elsewhere, or with another name, are just what they are', async () => {
    for (const name of [join('blobs', 'named-otherwise'), sha256(large)]) {
      writeFileSync(join(folder, name), 'x')
      expect(await weightsHash(join(folder, name))).toBe(sha256(Buffer.from('x')))
    }
  })
})
