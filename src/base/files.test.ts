import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readJson, stageFile, writeFileAtomic } from './files.ts'

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
