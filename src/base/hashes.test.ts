import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSealed, readSealedInto, sha256Of, sha256OfFile, writeSealed } from './hashes.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rosette-hashes-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' // FIPS 180-2, B.1

test('of text, bytes and parts, and of files', async () => {
  writeFileSync(join(folder, 'abc'), 'abc')
  expect([sha256Of('abc'), sha256Of([Buffer.from('a'), Buffer.from('bc')])]).toEqual([abc, abc])
  expect(await sha256OfFile(join(folder, 'abc'))).toBe(abc)
})

test('a sealed file gives its content, and nothing where a bit of content or seal is another', () => {
  const path = join(folder, 'sealed')
  writeSealed(path, [Uint8Array.of(1, 2), Uint8Array.of(3)])
  const whole = readFileSync(path)
  const into = (size: number) => {
    const target = new Uint8Array(size)
    return [readSealedInto(path, target), [...target]]
  }
  expect(whole.length).toBe(35)
  expect([...readSealed(path)!]).toEqual([1, 2, 3])
  expect(into(3)).toEqual([true, [1, 2, 3]])
  expect([into(2)[0], into(4)[0]]).toEqual([false, false])
  for (const at of [0, 2, 3, 34]) {
    const bytes = Buffer.from(whole)
    bytes[at]! ^= 1
    writeFileSync(path, bytes)
    expect([readSealed(path), into(3)[0]]).toEqual([undefined, false])
  }
  for (const bytes of [Buffer.alloc(35), whole.subarray(1), whole.subarray(0, 20), Buffer.alloc(0)]) {
    writeFileSync(path, bytes)
    expect([readSealed(path), into(3)[0]]).toEqual([undefined, false])
  }
})

test('a sealed file under the name of another, or in the folder of another, is none; all of them may move together', () => {
  const [one, other] = ['one/ab/x', 'one/ab/y'].map((name) => join(folder, 'cache', name)) as [string, string]
  writeSealed(one, Uint8Array.of(1))
  writeSealed(other, Uint8Array.of(2))
  renameSync(other, one)
  expect(readSealed(one)).toBeUndefined()
  expect(readSealedInto(one, new Uint8Array(1))).toBe(false)
  renameSync(one, other)
  renameSync(join(folder, 'cache'), join(folder, 'elsewhere'))
  expect([...readSealed(join(folder, 'elsewhere', 'one/ab/y'))!]).toEqual([2])
  renameSync(join(folder, 'elsewhere', 'one'), join(folder, 'elsewhere', 'two'))
  expect(readSealed(join(folder, 'elsewhere', 'two/ab/y'))).toBeUndefined()
})
