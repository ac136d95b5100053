import { describe, expect, test } from 'vitest'
import { cloud, pointsOf } from '../../test/clouds.ts'
import { golden } from '../../test/golden.ts'
import type { Metric, Points } from './points.ts'
import { trustworthiness } from './trustworthiness.ts'

const expected = golden('projection')
const points = pointsOf(expected.get('tsne/points'))
const layout = pointsOf(expected.get('tsne/layout'))

describe.each<Metric>(['euclidean', 'cosine'])('scikit-learn, %s', (metric) => {
  test.each([3, 10])('k = %i', (neighbours) => {
    const value = expected.get(`trust-${metric}/${neighbours}`).data[0] as number
    expect(trustworthiness(points, layout, { neighbours, metric })).toBeCloseTo(value, 12)
  })
})

test('the points themselves are wholly to be trusted, over several blocks', () => {
  const flat = cloud(150, 2)
  expect(trustworthiness(flat, flat)).toBe(1)
})

test('the formula by hand: a line with two points exchanged', () => {
  const line = (order: readonly number[]): Points => ({ count: 5, dim: 1, data: Float64Array.from(order) })
  // 0 1 3 7 15, drawn as 15 1 3 7 0: the first's nearest is 7, rank 3; the last's is 1, rank 3 (7, 3, 1 …).
  const value = trustworthiness(line([0, 1, 3, 7, 15]), line([15, 1, 3, 7, 0]), { neighbours: 1 })
  // i = 0 draws nearest 3 (at 7): rank of point 3 from 0 is 3 → 2 too many; i = 4 draws nearest 1 (at 1): rank from 15 is 3 → 2;
  // i = 1 draws 4 (at 0): rank from 1 is 4 → 3; i = 2 draws 1: rank 1; i = 3 draws 2: rank 1.
  expect(value).toBeCloseTo(1 - ((2 + 2 + 3) * 2) / (5 * 1 * (10 - 3 - 1)), 12)
})

test('equal distances rank by index: identical points, drawn in a line', () => {
  const line = { count: 12, dim: 1, data: Float64Array.from({ length: 12 }, (_, i) => i) }
  const same = { count: 12, dim: 1, data: new Float64Array(12) }
  // i = 0 draws 1 next, rank 1; i draws i − 1, behind i − 1 others: rank i, i − 1 too many. Σ = 0 + 1 + … + 10.
  expect(trustworthiness(same, line, { neighbours: 1 })).toBeCloseTo(1 - (55 * 2) / (12 * 1 * (24 - 3 - 1)), 12)
})

test('refuses too many neighbours and another count', () => {
  expect(() => trustworthiness(cloud(10, 3), cloud(10, 2))).toThrow('below half of the 10 points, got 5')
  expect(() => trustworthiness(cloud(11, 3), cloud(10, 2))).toThrow('expected a layout of 11 points, got 10')
})
