import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InputError } from './check.ts'
import { checkAbsent, checkOutput } from './output.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rosette-output-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('checkAbsent refuses what exists, unless it may be overwritten', () => {
  const path = join(folder, 'run')
  expect(() => checkAbsent(path, false)).not.toThrow()
  mkdirSync(path)
  expect(() => checkAbsent(path, false, 'output')).toThrow(
    new InputError(`\`output\`: ${path} exists already`, 'choose another name, or add `overwrite`'),
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
    fails(input, { inputs: [link] }).toThrow(`\`out\`: ${input} would replace ${link}`)
    fails(join(folder, 'new.csv'), { inputs }).not.toThrow()
  })

  test('a folder is no file, a file no folder, and neither is a device', () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    fails(folder, { overwrite: false }).toThrow(`\`out\`: ${folder}: expected a file, got a folder`)
    fails(file, { kind: 'folder', option: 'run' }).toThrow(`\`run\`: ${file}: expected a folder, got a file`)
    fails(join(file, 'deep', 'out.csv')).toThrow(`\`out\`: ${file} is no folder`)
    if (existsSync('/dev/null')) fails('/dev/null').toThrow('expected a file, got something else')
  })

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('a closed folder (open to root)', () => {
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o500 })
    fails(join(closed, 'out.csv')).toThrow(`\`out\`: ${closed} cannot be written`)
    chmodSync(closed, 0o700)
  })
})
