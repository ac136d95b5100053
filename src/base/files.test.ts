import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InputError } from './check.ts'
import { checkAbsent, checkOutput, readJson, resolveInside, stageFile, writeFileAtomic } from './files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rosette-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('writeFileAtomic', () => {
  test('writes text, bytes and parts, and makes the folders', () => {
    const path = join(folder, 'a', 'b', 'file')
    writeFileAtomic(path, 'größer')
    expect(readFileSync(path, 'utf8')).toBe('größer')
    writeFileAtomic(path, Uint8Array.of(1, 2, 3))
    expect([...readFileSync(path)]).toEqual([1, 2, 3])
    writeFileAtomic(path, [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3).subarray(1)])
    expect([...readFileSync(path)]).toEqual([1, 3])
    writeFileAtomic(path, '')
    expect(readFileSync(path).length).toBe(0)
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file'])
  })

  test('that fails leaves the old file and nothing beside it', () => {
    const path = join(folder, 'file')
    writeFileSync(path, 'old')
    const parts = [Uint8Array.of(1), null as unknown as Uint8Array]
    expect(() => writeFileAtomic(path, parts)).toThrow(TypeError)
    expect(readdirSync(folder)).toEqual(['file'])
    expect(readFileSync(path, 'utf8')).toBe('old')
  })

  test('that cannot take its place leaves nothing', () => {
    mkdirSync(join(folder, 'taken', 'inner'), { recursive: true })
    expect(() => writeFileAtomic(join(folder, 'taken'), 'text')).toThrow()
    expect(readdirSync(folder)).toEqual(['taken'])
  })
})

test('checkAbsent refuses what exists, unless it may be overwritten', () => {
  const path = join(folder, 'run')
  expect(() => checkAbsent(path, false)).not.toThrow()
  mkdirSync(path)
  expect(() => checkAbsent(path, false, '--output')).toThrow(
    new InputError(`--output: ${path} exists already`, 'choose another name, or add --overwrite'),
  )
  expect(() => checkAbsent(path, true)).not.toThrow()
  expect(existsSync(path)).toBe(true)
})

describe('checkOutput', () => {
  const fails = (path: string, options: Partial<Parameters<typeof checkOutput>[1]> = {}) =>
    expect(() => checkOutput(path, { overwrite: true, ...options }))

  test('takes what is not there, also in folders to come, and what may be overwritten', () => {
    const path = join(folder, 'a', 'b', 'out.csv')
    fails(path, { overwrite: false }).not.toThrow()
    expect(readdirSync(folder)).toEqual([])
    writeFileSync(join(folder, 'old.csv'), '')
    fails(join(folder, 'old.csv')).not.toThrow()
    fails(join(folder, 'old.csv'), { overwrite: false }).toThrow('exists already\nhint: choose another name, or add')
    fails(folder, { kind: 'folder' }).not.toThrow()
  })

  test('an input is never replaced, by whatever way the path leads to it', () => {
    const [input, link] = [join(folder, 'list.csv'), join(folder, 'link.csv')]
    writeFileSync(input, 'mine')
    symlinkSync(input, link)
    const inputs = [join(folder, 'absent.csv'), input]
    const message = `would replace ${input}, which is read\nhint: choose another name`
    for (const path of [input, link, join(folder, '.', 'x', '..', 'list.csv')]) fails(path, { inputs }).toThrow(message)
    fails(input, { inputs: [link] }).toThrow(`--out: ${input} would replace ${link}`)
    fails(join(folder, 'new.csv'), { inputs }).not.toThrow()
  })

  test('a folder is no file, a file no folder, and neither is a device', () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    fails(folder, { overwrite: false }).toThrow(`--out: ${folder}: expected a file, got a folder`)
    fails(file, { kind: 'folder', option: '--run' }).toThrow(`--run: ${file}: expected a folder, got a file`)
    fails(join(file, 'deep', 'out.csv')).toThrow(`--out: ${file} is no folder`)
    if (existsSync('/dev/null')) fails('/dev/null').toThrow('expected a file, got something else')
  })

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('a closed folder (open to root)', () => {
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o500 })
    fails(join(closed, 'out.csv')).toThrow(`--out: ${closed} cannot be written`)
    chmodSync(closed, 0o700)
  })
})

describe('resolveInside', () => {
  test.each(['photo.jpg', 'a/b/photo.jpg', './photo.jpg', 'a/../photo.jpg', '..photo', '.'])('takes %s', (name) => {
    const path = resolveInside(folder, name, 'csv')
    expect(path === folder || path.startsWith(folder + sep)).toBe(true)
  })

  test.each(['../photo.jpg', 'a/../../photo.jpg', '/etc/passwd', '..'])('refuses %s', (name) => {
    expect(() => resolveInside(folder, name, 'data.csv: row 3')).toThrow(InputError)
    expect(() => resolveInside(folder, name, 'data.csv: row 3')).toThrow(`data.csv: row 3: '${name}' leads outside`)
  })

  test('is not fooled by a folder whose name begins alike', () => {
    expect(() => resolveInside(join(folder, 'data'), '../data-other/x', 'csv')).toThrow(InputError)
  })

  test('works at the root', () => {
    expect(resolveInside(sep, 'x', 'csv')).toBe(`${sep}x`)
  })
})

test('a staged file has its name only once it is committed; discarded, it leaves nothing', () => {
  const path = join(folder, 'file')
  const staged = stageFile(path, 'new')
  expect(existsSync(path)).toBe(false)
  staged.commit()
  staged.discard()
  expect(readFileSync(path, 'utf8')).toBe('new')
  stageFile(path, 'newer').discard()
  expect([readdirSync(folder), readFileSync(path, 'utf8')]).toEqual([['file'], 'new'])
})

test('readJson passes over a byte order mark and names the file that is missing or not JSON', () => {
  const path = join(folder, 'a.json')
  expect(() => readJson(path)).toThrow(`${path}: no such file`)
  writeFileSync(path, '\uFEFF{ "a": 1 }')
  expect(readJson(path)).toEqual({ a: 1 })
  writeFileSync(path, '{')
  expect(() => readJson(path)).toThrow(`${path}: not JSON (`)
})
