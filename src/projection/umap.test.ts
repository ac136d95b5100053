import { describe, expect, test } from 'vitest'
import { cloud } from '../../test/clouds.ts'
import { trustworthiness } from './trustworthiness.ts'
import { umap } from './umap.ts'

const points = cloud(90, 20, { groups: 3, spread: 0.2 })

test('neighbours stay neighbours, far more than in noise', () => {
  const { layout, neighbours, epochs } = umap(points, { epochs: 200 })
  expect([neighbours, epochs]).toEqual([15, 200])
  expect(trustworthiness(points, layout)).toBeGreaterThan(0.8)
  expect(trustworthiness(points, cloud(90, 2, { groups: 1 }))).toBeLessThan(0.6)
})

test('one seed, one layout; another seed, another', () => {
  const [a, b, c] = [1, 1, 2].map((seed) => umap(points, { seed, epochs: 30 }).layout.data)
  expect(a).toEqual(b)
  expect(a).not.toEqual(c)
})

test('progress rises to 1', () => {
  const shares: number[] = []
  umap(points, { epochs: 20 }, (share) => shares.push(share))
  expect(shares).toEqual([...shares].sort((a, b) => a - b))
  expect(shares.at(-1)).toBe(1)
})

describe('few and equal points', () => {
  test.each([4, 9])('%i points: the neighbours used are told', (count) => {
    const { neighbours, layout } = umap(cloud(count, 3), { epochs: 50 })
    expect(neighbours).toBe(count - 1)
    for (const value of layout.data) expect(Number.isFinite(value)).toBe(true)
  })

  test('identical points stay finite', () => {
    const { layout } = umap({ count: 12, dim: 3, data: new Float32Array(36).fill(2) }, { epochs: 50 })
    for (const value of layout.data) expect(Number.isFinite(value)).toBe(true)
  })

  test('three are too few, and it says so', () => {
    expect(() => umap(cloud(3, 3))).toThrow('umap: expected 4 points or more, got 3\nhint: pca')
  })
})

test('refuses settings out of range', () => {
  expect(() => umap(points, { neighbours: 1 })).toThrow('neighbours: expected a whole number from 2, got 1')
  expect(() => umap(points, { epochs: 0 })).toThrow('epochs: expected null or a whole number from 1, got 0')
})
