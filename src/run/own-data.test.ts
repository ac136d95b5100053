import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataToRead, workingFolderFrom } from './own-data.ts'

let base: string
let run: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'rosette-own-data-'))
  run = join(base, 'project', 'runs', 'a')
  mkdirSync(run, { recursive: true })
  mkdirSync(join(base, 'project', 'photos'))
  writeFileSync(join(base, 'project', 'list.csv'), 'filename\n')
})
afterEach(() => rmSync(base, { recursive: true }))

const record = (value: unknown) => writeFileSync(join(run, 'run.json'), JSON.stringify(value))
const reading = { images: 'photos', columns: { identity: 'who' }, unidentified: ['nobody'] }

test('the run’s own data are read as its training read them, wherever the command stands', () => {
  record({ data: 'list.csv', workingFolder: join('..', '..'), reading })
  const [list, images] = ['list.csv', 'photos'].map((name) => join(base, 'project', name))
  expect(dataToRead(run, undefined)).toEqual({ data: list, reading: { ...reading, images }, named: [list, images] })
  expect(dataToRead(run, list)).toEqual({ data: list, reading: { ...reading, images }, named: [images] })
  expect(dataToRead(run, list, { images: 'x' }).named).toEqual([])
  expect(dataToRead(run, undefined, { columns: { identity: 'name' } }).reading.columns).toEqual({ identity: 'name' })
})

test('and when run and photos have moved together', () => {
  record({ data: 'list.csv', workingFolder: join('..', '..'), reading })
  renameSync(join(base, 'project'), join(base, 'elsewhere'))
  const moved = join(base, 'elsewhere', 'runs', 'a')
  expect(dataToRead(moved, undefined).data).toBe(join(base, 'elsewhere', 'list.csv'))
})

test('other data are read as is said of them', () => {
  record({ data: 'list.csv', workingFolder: join('..', '..'), reading })
  const other = join(base, 'other.csv')
  writeFileSync(other, 'filename\n')
  expect(dataToRead(run, other, { images: 'x' })).toEqual({ data: other, reading: { images: 'x' }, named: [] })
  expect(dataToRead(undefined, other)).toEqual({ data: other, reading: {}, named: [] })
})

test('photos that are not there, or not told of, are asked for', () => {
  record({ data: 'gone.csv' })
  expect(() => dataToRead(run, undefined)).toThrow(`${run} was trained on gone.csv, which is not there`)
  record({})
  expect(() => dataToRead(run, undefined)).toThrow('run.json: does not say where the photos of the run lie (no data)')
  expect(() => dataToRead(undefined, undefined)).toThrow('the model is no run folder: name the photos')
})

test('the working folder is seen from the run', () => {
  expect(workingFolderFrom(join('runs', 'a'))).toBe(join('..', '..'))
  expect(workingFolderFrom('.')).toBe('.')
})
