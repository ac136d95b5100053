// alone: reads denormals
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { rank } from './rank.ts'
import { clipScore, shiftScore } from './scores.ts'

test('falls with the similarity; ties stand by gallery index', () => {
  expect([...rank(Float32Array.of(0.2, 0.9, -0.5, 0.9, 0.2, 1))]).toEqual([5, 1, 3, 0, 4, 2])
})

test('0 and −0 tie', () => {
  expect([...rank(Float32Array.of(-0, 0, -0, 1e-45, -1e-45))]).toEqual([3, 0, 1, 2, 4])
})

test('gives the first k', () => {
  expect([...rank(Float32Array.of(1, 3, 2), 2)]).toEqual([1, 2])
  expect([...rank(Float32Array.of(1, 3, 2), 9)]).toEqual([1, 2, 0])
  expect([...rank(Float32Array.of())]).toEqual([])
})

test('equals a stable sort', () => {
  const value = fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(0, -0, 1, -1, 0.5, -0.5))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 30 }), (values) => {
      const row = Float32Array.from(values)
      const slow = Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b)
      // ∞ − ∞ is NaN, which || turns into the index order, as it should be
      expect([...rank(row)]).toEqual(slow)
    }),
  )
})

test('reads a row that lies inside a larger array', () => {
  expect([...rank(Float32Array.of(9, 9, 1, 2).subarray(2))]).toEqual([1, 0])
})

test('NaN is refused by index', () => {
  expect(() => rank(Float32Array.of(0, Number.NaN))).toThrow(InputError)
  expect(() => rank(Float32Array.of(0, Number.NaN))).toThrow('similarity 1 is NaN')
})

test('clip puts negative cosines on 0, shift keeps their order', () => {
  expect([-1, -0.5, 0, 0.25, 1, 1.0000001].map(clipScore)).toEqual([0, 0, 0, 0.25, 1, 1])
  expect([-1.0000001, -1, -0.5, 0, 0.25, 1].map(shiftScore)).toEqual([0, 0, 0.25, 0.5, 0.625, 1])
})
