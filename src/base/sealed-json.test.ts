import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { readSealedJson, writeSealedJson } from './sealed-json.ts'

const schema = z.strictObject({ name: z.string(), weight: z.number() })
const hint = 'make it anew'
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealed-json-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('what is written is read back, with its SHA-256 as the last key', () => {
  const path = join(folder, 'a.json')
  writeSealedJson(path, { name: 'é', weight: 0.1 })
  expect(readSealedJson(path, schema, { hint })).toEqual({ name: 'é', weight: 0.1 })
  // printf '{"name":"é","weight":0.1}' | sha256sum
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    name: 'é',
    weight: 0.1,
    sha256: 'b6d084381d4ca9e8715dd55d07a3aa4b22bd84194600b614224114a4fc09ac2f',
  })
})

test('whatever bit is flipped, it is told, and never another weight', () => {
  const path = join(folder, 'a.json')
  writeSealedJson(path, { name: 'ab', weight: 0.5 })
  const whole = readFileSync(path)
  const read: unknown[] = []
  for (let bit = 0; bit < 8 * (whole.length - 1); bit++) {
    const damaged = Buffer.from(whole)
    damaged[bit >> 3]! ^= 1 << (bit & 7)
    writeFileSync(path, damaged)
    for (const mayLackSeal of [false, true])
      try {
        read.push(readSealedJson(path, schema, { hint, mayLackSeal }))
      } catch {}
  }
  expect(read).toEqual([])
})

test('one that was cut short has the hint too', () => {
  const path = join(folder, 'cut.json')
  writeFileSync(path, '{"name":"a","wei')
  expect(() => readSealedJson(path, schema, { hint })).toThrow(expect.objectContaining({ hint }))
  expect(() => readSealedJson(path, schema, { hint })).toThrow(`${path}: not JSON (`)
})

test('without a seal it is read only where versions before wrote none', () => {
  const path = join(folder, 'a.json')
  writeFileSync(path, '{"name":"a","weight":2}')
  expect(readSealedJson(path, schema, { hint, mayLackSeal: true })).toEqual({ name: 'a', weight: 2 })
  expect(() => readSealedJson(path, schema, { hint })).toThrow(
    `${path}: sha256: does not fit what the file says: it was edited or damaged`,
  )
  writeFileSync(path, '[1]')
  expect(() => readSealedJson(path, schema, { hint })).toThrow(`${path}: 1 mistake\n  the whole: expected object`)
})
