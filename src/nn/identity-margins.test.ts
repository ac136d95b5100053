import { expect, test } from 'vitest'
import { gradient } from '../autodiff/index.ts'
import { constant, input, reduceSum } from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32 } from '../tensor/index.ts'
import { effectiveNumberWeights } from './class-balance.ts'
import { dynamicMarginsRad } from './dynamic-margin.ts'
import { movedAngle } from './margin-logits.ts'
import { largestMargin } from './training-loss.ts'

const config = { marginRad: 0.5, smallestRad: 0.1, power: 0.25 }

test('margins by frequency: the fewest photos get the largest, the most the smallest, 16 times as many half of the way down in n^−1/4', () => {
  const margins = dynamicMarginsRad([1, 16, 256], config)
  // n^−1/4 is 1, 1/2, 1/4
  const expected = [0.5, 0.1 + 0.4 / 3, 0.1]
  margins.forEach((rad, i) => expect(rad).toBeCloseTo(expected[i]!, 12))
  expect(dynamicMarginsRad([7, 7, 7], config)).toEqual([0.5, 0.5, 0.5])
})

test('weights by the effective number: alike for β = 0, as 1/n near 1, their mean is 1', () => {
  expect(effectiveNumberWeights([1, 5, 90], 0)).toEqual([1, 1, 1])
  const [rare, frequent] = effectiveNumberWeights([1, 4], 0.9999999)
  expect(rare! / frequent!).toBeCloseTo(4, 4)
  expect(rare! + frequent!).toBeCloseTo(2, 12)
  // (1 − 0.5) / (1 − 0.5ⁿ) of 1 and 2 photos: 1 and 2/3
  const halves = effectiveNumberWeights([1, 2], 0.5)
  expect(halves[0]).toBeCloseTo(1.2, 12)
  expect(halves[1]).toBeCloseTo(0.8, 12)
})

test.each([-1.4, -0.3, 0.3, 1.4])('cos(θ + %d) falls from θ = 0 to π, and is never above 1', async (rad) => {
  const count = 501
  const theta = Array.from({ length: count }, (_, i) => (Math.PI * i) / (count - 1))
  const cosine = input('cosine', [count])
  const of = (x: number) => constant(float32([], [x]))
  const moved = movedAngle(cosine, { rad: of(rad), cos: of(Math.cos(rad)), sin: of(Math.sin(rad)) })
  const [slope] = gradient(reduceSum(moved), [cosine])
  const program = await referenceBackend({ floats: 'float64' }).compile({ outputs: { moved, slope: slope! } })
  const results = await program.run({ cosine: float32([count], theta.map(Math.cos)) })
  const [values, slopes] = [results.moved!, results.slope!].map(({ data }) => Array.from(data, Number))
  theta.forEach((angle, i) => {
    expect(slopes![i]).toBeGreaterThanOrEqual(0)
    expect(Number.isFinite(slopes![i])).toBe(true)
    expect(values![i]).toBeLessThanOrEqual(1 + 1e-7)
    if (i > 0) expect(values![i]).toBeLessThanOrEqual(values![i - 1]! + 1e-6)
    // sin θ is floored at 10⁻³
    const isPlain = angle > 0.01 && angle < Math.PI - 0.01 && angle + rad > 0.01 && angle + rad < Math.PI
    if (isPlain) expect(values![i]).toBeCloseTo(Math.cos(angle + rad), 5)
    if (angle + rad < -0.01) expect(values![i]).toBe(1)
  })
})

test('the largest margins of the losses whose margin moves', () => {
  expect(largestMargin({ kind: 'adaface', margin: 0.4, concentration: 0.333, decay: 0.9, scale: 10 })).toBe(8)
  const angle = largestMargin({ kind: 'arcface', marginRad: 0.5, scale: 10 })
  expect(largestMargin({ kind: 'dynamic-margin-arcface', ...config, scale: 10 })).toBe(angle)
  expect(largestMargin({ kind: 'sub-center-arcface', marginRad: 0.5, scale: 10, centers: 2 })).toBe(angle)
  expect(largestMargin({ kind: 'triplet', weight: 2, margin: 0.3, mining: 'semi-hard' })).toBeCloseTo(0.6, 12)
})
