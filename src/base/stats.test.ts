import { expect, test } from 'vitest'
import { largest, mean, median, standardDeviation } from './stats.ts'

test('mean, median and sample standard deviation', () => {
  expect(mean([1, 2, 6])).toBe(3)
  expect(median([9, 1, 5])).toBe(5)
  expect(median([9, 1, 5, 6])).toBe(5.5)
  expect(standardDeviation([1, 3])).toBe(Math.SQRT2)
  expect(standardDeviation([4])).toBe(0)
  expect([mean([]), median([])]).toEqual([Number.NaN, Number.NaN])
})

test('the largest of more values than a call takes arguments', () => {
  const many = Array.from({ length: 500_000 }, (_, i) => (i * 7919) % 500_009)
  expect(largest(many)).toBe(many.toSorted((a, b) => b - a)[0])
  expect([largest([-3, -2]), largest([])]).toEqual([-2, Number.NEGATIVE_INFINITY])
})

test('median sorts numbers, and leaves its argument', () => {
  const values = Object.freeze([10, 9, 100])
  expect(median(values)).toBe(10)
})
