import { expect, test } from 'vitest'
import { cloud } from '../../test/clouds.ts'
import { nearestNeighbours } from './neighbours.ts'
import type { Layout, Metric } from './points.ts'

/** By sorting every row, straight from the definitions. */
function sorted({ count, dim, data }: Layout, metric: Metric, i: number): { j: number; squared: number }[] {
  const row = (r: number) => data.subarray(r * dim, (r + 1) * dim)
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, d) => sum + value * b[d]!, 0)
  const squared = (a: Float64Array, b: Float64Array) =>
    metric === 'euclidean'
      ? a.reduce((sum, value, d) => sum + (value - b[d]!) ** 2, 0)
      : (1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))) ** 2
  return Array.from({ length: count }, (_, j) => ({ j, squared: squared(row(i), row(j)) }))
    .filter(({ j }) => j !== i)
    .sort((a, b) => a.squared - b.squared)
}

test.each<Metric>(['euclidean', 'cosine'])('%s: as by sorting, over blocks and ragged ends', (metric) => {
  const points = cloud(131, 7)
  const { indices, squared, k } = nearestNeighbours(points, 9, metric)
  for (const i of [0, 63, 64, 130]) {
    const expected = sorted(points, metric, i).slice(0, k)
    expect([...indices.subarray(i * k, (i + 1) * k)]).toEqual(expected.map(({ j }) => j))
    expected.forEach((found, n) => {
      expect(squared[i * k + n]).toBeCloseTo(found.squared, 10)
    })
  }
})

test('far from the origin distances keep their digits', () => {
  const near = cloud(20, 3)
  const far: Layout = { ...near, data: near.data.map((value) => value + 1e6) }
  const [a, b] = [near, far].map((points) => nearestNeighbours(points, 4))
  expect(b!.indices).toEqual(a!.indices)
  a!.squared.forEach((value, n) => {
    expect(b!.squared[n]).toBeCloseTo(value, 6)
  })
})

test('equal distances go to the lower index', () => {
  const data = Float64Array.of(0, 1, -1, 1, -1)
  expect([...nearestNeighbours({ count: 5, dim: 1, data }, 3).indices.subarray(0, 3)]).toEqual([1, 2, 3])
})

test('a row of zeros is as far from everything, by cosine', () => {
  const data = Float64Array.of(0, 0, 1, 0, 0, 1)
  expect([...nearestNeighbours({ count: 3, dim: 2, data }, 2, 'cosine').squared.subarray(0, 2)]).toEqual([1, 1])
})

test('refuses k that there are no points for', () => {
  expect(() => nearestNeighbours(cloud(5, 2), 5)).toThrow('from 1 to 4, got 5')
})
