import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkReachable, checkThere } from './there.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rosette-there-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('what is not there is told as what was expected; links in a circle and to nothing as such', () => {
  const [file, circle, back, lost] = ['file', 'circle', 'back', 'lost'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  writeFileSync(file, '')
  symlinkSync(back, circle)
  symlinkSync(circle, back)
  symlinkSync('gone/photos', lost)
  expect(() => checkThere(file, 'file')).not.toThrow()
  expect(() => checkThere(join(folder, 'x'), 'model', { hint: 'a run folder' })).toThrow(/\/x: no such model$/m)
  expect(() => checkThere(join(file, 'x'), 'model', { name: '--model' })).toThrow(/^--model: no such model$/m)
  expect(() => checkThere(circle, 'file or folder')).toThrow(/\/circle: cannot be read: links that lead to each other/)
  expect(() => checkThere(join(circle, 'x'), 'file')).toThrow('links that lead to each other (ELOOP')
  expect(() => checkThere(lost, 'file')).toThrow(/\/lost: a link to gone\/photos, which is not there$/m)
  expect(() => checkThere(join(folder, 'n'.repeat(300)), 'file')).toThrow('ENAMETOOLONG')
  expect(() => checkReachable(join(folder, 'x'))).not.toThrow()
  expect(() => checkReachable(circle)).toThrow('ELOOP')
})
