import { mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { InputError } from './check.ts'
import { RangedFile } from './ranged-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-ranged-'))

test('reads ranges, and goes on with the file that it opened', () => {
  const path = join(folder, 'a')
  writeFileSync(path, Uint8Array.of(1, 2, 3, 4))
  const file = new RangedFile(path)
  expect([file.size, ...file.read(1, 2)]).toEqual([4, 2, 3])
  writeFileSync(join(folder, 'b'), 'other')
  renameSync(join(folder, 'b'), path)
  expect([...file.read(0, 4)]).toEqual([1, 2, 3, 4])
  expect(file.read(4, 0).length).toBe(0)
  file.close()
})

test.each([
  [2, 3],
  [5, 0],
  [-1, 1],
  [0, -1],
  [0, 2 ** 60],
  [Number.NaN, 1],
])('from %d, %d bytes: an InputError with the name', (begin, length) => {
  const path = join(folder, 'c')
  writeFileSync(path, 'abcd')
  const file = new RangedFile(path)
  expect(() => file.read(begin, length)).toThrow(InputError)
  expect(() => file.read(begin, length)).toThrow(`${path}: expected ${length} bytes`)
  file.close()
})

test('what cannot be opened is an InputError', () => {
  expect(() => new RangedFile(join(folder, 'none'))).toThrow(
    /none: cannot be read: no such file or folder \(ENOENT, open\)\nhint: look at the name/,
  )
  expect(() => new RangedFile(folder)).toThrow('not a file')
})
