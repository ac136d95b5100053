import { expect, test } from 'vitest'
import { float32 } from '../tensor/index.ts'
import { firstNotFinite, lossLimit } from './health.ts'

test('the limit is five times the first loss, and what the margin in force takes', () => {
  expect(lossLimit(3, { kind: 'softmax' }, 1)).toBe(15)
  expect(lossLimit(0.2, { kind: 'softmax' }, 1)).toBe(5)
  expect(lossLimit(2, { kind: 'cosface', margin: 0.25, scale: 16 }, 0)).toBe(10)
  expect(lossLimit(2, { kind: 'cosface', margin: 0.25, scale: 16 }, 0.5)).toBe(12)
  expect(lossLimit(2, { kind: 'arcface', marginRad: 0.5, scale: 30 }, 1)).toBeCloseTo(10 + 60 * Math.sin(0.25), 10)
  expect(lossLimit(2, { kind: 'arcface', marginRad: 1.5, scale: 10 }, 1)).toBeCloseTo(10 + 15 * Math.sin(1.5), 10)
})

test('NaN and infinity are found, the largest float32 numbers are none', () => {
  const large = float32([2], [3.4e38, -3.4e38])
  expect(firstNotFinite({ a: large, b: float32([0], []) })).toBeUndefined()
  expect(firstNotFinite({ a: large, b: float32([2], [0, Number.NaN]) })).toBe('b')
  expect(firstNotFinite({ a: float32([2], [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]), b: large })).toBe('a')
})
