import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownerTag, thisProcess } from './owner.ts'
import { sweepBeside, sweepTemporary, temporaryName } from './temporary.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rosette-temporary-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const ended = { ...thisProcess(), boot: 'an earlier start' }
const leftOf = (name: string) => `${name}.${ownerTag('0a0b0c', ended)}.tmp`
const elsewhere = `b.${ownerTag('0a0b0c', { ...ended, host: 'elsewhere' })}.tmp`
const put = (...path: string[]) => writeFileSync(join(folder, ...path), '')

test('sweeping removes what ended processes left, whatever its age, and no file of another name', () => {
  mkdirSync(join(folder, 'inner'))
  const living = temporaryName('a')
  for (const name of [leftOf('a'), living, elsewhere, 'mine.tmp', 'a']) put(name)
  put('inner', leftOf('b'))
  utimesSync(join(folder, living), 1, 1)
  sweepTemporary(join(folder, 'absent'))
  sweepTemporary(join(folder, 'a', 'no folder'))
  sweepTemporary(folder)
  expect(readdirSync(folder).sort()).toEqual(['a', living, elsewhere, 'inner', 'mine.tmp'].sort())
  expect(readdirSync(join(folder, 'inner'))).toHaveLength(1)
  sweepTemporary(folder, { recursive: true })
  expect(readdirSync(join(folder, 'inner'))).toEqual([])
  sweepTemporary(folder, { all: true })
  expect(readdirSync(folder).sort()).toEqual(['a', 'inner', 'mine.tmp'])
})

test('beside a file only its own are swept', () => {
  for (const name of [leftOf('m.json'), leftOf('am.json'), leftOf('n.json'), 'm.json']) put(name)
  sweepBeside(join(folder, 'm.json'))
  expect(readdirSync(folder).sort()).toEqual(['m.json', leftOf('am.json'), leftOf('n.json')].sort())
})
