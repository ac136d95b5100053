import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { writeSealedJson } from '../base/index.ts'
import { checkNewRun } from './begin.ts'
import { readRecord, writeRecord } from './record.ts'
import { readRunData } from './run-data.ts'

test('a split that was changed in one letter is told: a photo that trained would be taken for a new one', () => {
  const run = temporaryFolder()
  const path = join(run, 'split.json')
  writeFileSync(join(run, 'run.json'), JSON.stringify({ dataHash: 'abc' }))
  const split = { train: ['a1.png', 'a2.png'], validation: ['b1.png'] }
  writeSealedJson(path, split)
  expect(readRunData(run)).toEqual({ dataHash: 'abc', ...split, skipped: [] })
  writeFileSync(path, readFileSync(path, 'utf8').replace('a2.png', 'a3.png'))
  expect(() => readRunData(run)).toThrow(`${path}: sha256: does not fit what the file says: it was edited or damaged`)
  writeFileSync(path, JSON.stringify(split)) // of an earlier rosette
  expect(readRunData(run).train).toEqual(split.train)
})

test('a seed that was changed in a run’s record is told: what is resumed would draw otherwise', () => {
  const run = temporaryFolder()
  const record = {
    ...{
      rosette: '1',
      commit: null,
      seed: 4,
      data: 'd',
      reading: {},
      dataHash: 'a',
      splitHash: 'b',
      identities: ['A'],
    },
    ...{ photos: { train: 1, validation: 0, skipped: 0 }, weights: null, environment: { threads: 1 }, started: 'now' },
  }
  writeRecord(run, record)
  expect(readRecord(run)).toEqual(record)
  const path = join(run, 'run.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace('"seed": 4', '"seed": 5'))
  expect(() => readRecord(run)).toThrow(`${path}: sha256: does not fit what the file says: it was edited or damaged`)
})

test('a run.json that says nothing is called that, with what to do', () => {
  const run = temporaryFolder()
  writeFileSync(join(run, 'run.json'), '{}')
  const path = join(run, 'run.json')
  expect(() => readRecord(run)).toThrow(`${path}: says nothing of the run`)
  expect(() => readRunData(run)).toThrow(`${path}: does not say which photos the run was trained on (no dataHash)`)
  expect(() => checkNewRun(run, true)).toThrow('is no run folder of rosette: its run.json names no version of rosette')
})
