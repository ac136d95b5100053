// alone: reads denormals

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { InputError, Rng } from '../base/index.ts'
import { writeSubmission } from './submission.ts'
import { decimalText } from './submission-number.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-submission-'))
const path = join(folder, 'submission.csv')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('writes header and rows in the given order, nothing beside the file', () => {
  writeSubmission(path, { rowIds: ['7', '3', 'a,"b"'], scores: Float32Array.of(0.1, 0, 1) })
  expect(readFileSync(path, 'utf8')).toBe('row_id,similarity\n7,0.1\n3,0\n"a,""b""",1\n')
  expect(readdirSync(folder)).toEqual(['submission.csv'])
})

test('numbers that are no similarities are refused by row id, and the old file stays', () => {
  writeSubmission(path, { rowIds: ['1'], scores: Float32Array.of(0.5) })
  for (const bad of [Number.NaN, -1e-9, 1.0000002, Number.POSITIVE_INFINITY]) {
    const write = () => writeSubmission(path, { rowIds: ['1', '42'], scores: Float32Array.of(0, bad) })
    expect(write).toThrow(InputError)
    expect(write).toThrow('row_id 42: expected a similarity in [0, 1]')
  }
  expect(() => writeSubmission(path, { rowIds: ['1'], scores: Float32Array.of(0, 0) })).toThrow(
    '1 row ids and 2 scores',
  )
  expect(() => writeSubmission(path, { rowIds: ['1\n'], scores: Float32Array.of(0) })).toThrow('line break')
  expect(readFileSync(path, 'utf8')).toBe('row_id,similarity\n1,0.5\n')
})

test('short decimals stay short, tiny ones are written out', () => {
  expect([0.1, 0.5, 1, 0, 1 / 3].map((value) => decimalText(Math.fround(value), 'float32'))).toEqual([
    '0.1',
    '0.5',
    '1',
    '0',
    '0.33333334',
  ])
  expect(decimalText(Math.fround(1.5e-7), 'float32')).toBe('0.00000015')
  expect(decimalText(2 ** -149, 'float32')).toBe(`0.${'0'.repeat(44)}140130`.replace(/0+$/, ''))
  expect(decimalText(1.25e-9, 'float64')).toBe('0.00000000125')
  expect(decimalText(0.1 + 0.2, 'float64')).toBe('0.30000000000000004')
})

test('reads back exactly and has no exponent, for every float32 and float64 in [0, 1]', () => {
  fc.assert(
    fc.property(fc.float({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
      const single = decimalText(a, 'float32')
      const double = decimalText(b, 'float64')
      expect(Math.fround(Number(single))).toBe(a + 0)
      expect(Number(double)).toBe(b + 0)
      expect(`${single} ${double}`).toMatch(/^\d(\.\d+)? \d(\.\d+)?$/)
    }),
    { numRuns: 2000 },
  )
})

test('137,270 rows, written and read back in well under a second', () => {
  const rng = new Rng(1)
  const count = 137_270
  const rowIds = Array.from({ length: count }, (_, row) => String(row))
  const scores = Float32Array.from({ length: count }, () => Math.max(0, rng.uniform(-1, 1)))
  const start = performance.now()
  writeSubmission(path, { rowIds, scores })
  expect(performance.now() - start).toBeLessThan(3000) // measured 0.4 s; the bound leaves room for a busy machine
  const stored = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1)
  expect(stored.length).toBe(count)
  expect(Float32Array.from(stored, (line) => Number(line.split(',')[1]))).toEqual(scores)
})
