import { describe, expect, test } from 'vitest'
import { erf } from './reference-kernels.ts'

describe('erf', () => {
  // The Maclaurin series in 80 decimal digits (Python's decimal).
  const known: readonly (readonly [number, number])[] = [
    [1e-8, 1.1283791670955126e-8],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [0.75, 0.7111556336535151],
    [1.0, 0.8427007929497149],
    [1.25, 0.9229001282564583],
    [1.5, 0.9661051464753108],
    [1.75, 0.9866716712191824],
    [1.9, 0.9927904292352575],
    [1.999, 0.9953015566513705],
    [2.0, 0.9953222650189527],
    [2.001, 0.9953428907185247],
    [2.25, 0.9985372834133188],
    [2.5, 0.999593047982555],
    [3.0, 0.9999779095030014],
    [3.5, 0.9999992569016276],
    [4.0, 0.9999999845827421],
    [5.0, 0.9999999999984626],
    [5.9, 0.9999999999999999],
  ]
  test.each(known)('of %f is within 1e-15', (x, value) => {
    expect(Math.abs(erf(x) - value)).toBeLessThanOrEqual(1e-15)
    expect(Math.abs(erf(x) - value) / value).toBeLessThanOrEqual(4e-15)
    expect(erf(-x)).toBe(-erf(x))
  })

  test('has its limits', () => {
    expect([erf(0), erf(6.5), erf(-30), erf(Number.POSITIVE_INFINITY)]).toEqual([0, 1, -1, 1])
    expect(erf(Number.NaN)).toBeNaN()
    expect(erf(1e-300)).toBeCloseTo(1.1283791670955126e-300, 305)
  })

  test('rises and is smooth where the series meets the fraction', () => {
    const step = 1e-7
    for (let x = -3; x < 3; x += 0.01) {
      const slope = (erf(x + step) - erf(x - step)) / (2 * step)
      expect(Math.abs(slope - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x))).toBeLessThan(1e-7)
    }
    expect(erf(2) - erf(2 - 1e-12)).toBeGreaterThanOrEqual(0)
  })
})
