import { describe, expect, test } from 'vitest'
import { cloud, pointsOf } from '../../test/clouds.ts'
import { golden, relativeError } from '../../test/golden.ts'
import { denseAffinities, sparseAffinities } from './affinities.ts'
import { barnesHutObjective } from './barnes-hut.ts'
import { exactObjective } from './exact.ts'
import type { Objective } from './objective.ts'
import type { Metric } from './points.ts'
import { trustworthiness } from './trustworthiness.ts'
import { tsne } from './tsne.ts'

const expected = golden('projection')
const layout = pointsOf(expected.get('tsne/layout'))
const points = pointsOf(expected.get('tsne/points'))
/** Both binary searches end within 1e-5 of the entropy. */
const searchTolerance = 1e-4

function gradientOf(objective: Objective, y: Float64Array, exaggeration = 1): Float64Array {
  const gradient = new Float64Array(y.length)
  objective.gradient(y, exaggeration, gradient)
  return gradient
}

function difference(a: Float64Array, b: Float64Array): number {
  const tensor = (data: Float64Array) => ({ dtype: 'float64', shape: [data.length], data }) as const
  return relativeError(tensor(a), tensor(b))
}

describe.each<Metric>(['euclidean', 'cosine'])('scikit-learn, %s', (metric) => {
  const get = (what: string) => expected.get(`tsne-${metric}/${what}`).data as Float64Array
  const affinities = denseAffinities(points, { metric, perplexity: 8 })
  const objective = exactObjective(affinities)

  test('affinities', () => {
    expect(difference(affinities.pairs, get('affinities'))).toBeLessThan(searchTolerance)
    expect(2 * affinities.pairs.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6)
  })

  test('divergence and its gradient', () => {
    expect(objective.divergence(layout.data, 1)).toBeCloseTo(get('divergence')[0]!, 4)
    expect(difference(gradientOf(objective, layout.data), get('gradient'))).toBeLessThan(searchTolerance)
  })
})

describe('the objectives', () => {
  const near = sparseAffinities(points, { metric: 'euclidean', perplexity: 8 })
  const objectives = {
    exact: exactObjective(denseAffinities(points, { metric: 'euclidean', perplexity: 8 })),
    'barnes-hut, theta 0': barnesHutObjective(near, 0),
  }

  test.each(Object.entries(objectives))('%s: the gradient is the divergence’s', (_, objective) => {
    const gradient = gradientOf(objective, layout.data)
    for (const at of [0, 31, 119]) {
      const moved = (by: number) => layout.data.map((value, i) => (i === at ? value + by : value))
      const step = 1e-5
      const slope = (objective.divergence(moved(step), 1) - objective.divergence(moved(-step), 1)) / (2 * step)
      expect(gradient[at]).toBeCloseTo(slope, 7)
    }
  })

  test.each(Object.entries(objectives))('%s: exaggeration multiplies the attraction alone', (_, objective) => {
    const [plain, double, twelve] = [1, 2, 12].map((by) => gradientOf(objective, layout.data, by))
    const attraction = double!.map((value, i) => value - plain![i]!)
    const expected = plain!.map((value, i) => value + 11 * attraction[i]!)
    expect(difference(twelve!, expected)).toBeLessThan(1e-12)
  })

  test('theta 0.5 is near theta 0', () => {
    const spread = layout.data.map((value) => 8 * value)
    const exact = gradientOf(objectives['barnes-hut, theta 0'], spread)
    const rough = gradientOf(barnesHutObjective(near, 0.5), spread)
    const error = difference(rough, exact)
    expect(error).toBeLessThan(0.05)
    expect(error).toBeGreaterThan(0)
  })

  test('with all points near, Barnes–Hut at theta 0 is exact', () => {
    const few = cloud(16, 4)
    const y = cloud(16, 2, { seed: 9 }).data
    const options = { metric: 'euclidean', perplexity: 5 } as const
    const a = exactObjective(denseAffinities(few, options))
    const b = barnesHutObjective(sparseAffinities(few, options), 0)
    expect(difference(gradientOf(b, y), gradientOf(a, y))).toBeLessThan(1e-5)
    expect(b.divergence(y, 1)).toBeCloseTo(a.divergence(y, 1), 6)
  })

  test('coincident points neither hang nor break the tree', () => {
    const y = layout.data.map((value, i) => (i < 80 ? 1 : value))
    for (const objective of Object.values(objectives))
      for (const value of gradientOf(objective, y)) expect(Number.isFinite(value)).toBe(true)
  })
})

describe('whole runs', () => {
  const run = pointsOf(expected.get('run/points'))

  test.each([10, 30])('perplexity %i: divergence and trustworthiness no worse than scikit-learn’s', (perplexity) => {
    const found = tsne(run, { perplexity })
    const divergence = expected.get(`run/divergence-${perplexity}`).data[0] as number
    const trust = expected.get(`run/trust-${perplexity}`).data[0] as number
    expect(found.klDivergence).toBeLessThan(1.03 * divergence)
    expect(found.klDivergence).toBeGreaterThan(0.9 * divergence)
    expect(trustworthiness(run, found.layout)).toBeGreaterThan(trust - 0.01)
  })

  test('Barnes–Hut reaches what exact does', () => {
    const [a, b] = (['exact', 'barnes-hut'] as const).map((algorithm) => tsne(run, { algorithm, perplexity: 10 }))
    expect(b!.algorithm).toBe('barnes-hut')
    const judge = exactObjective(denseAffinities(run, { metric: 'euclidean', perplexity: 10 }))
    expect(judge.divergence(b!.layout.data, 1)).toBeLessThan(1.1 * a!.klDivergence)
  })

  test('one seed, one layout; from noise another seed is another', () => {
    const options = { init: 'random', iterations: 60, perplexity: 10 } as const
    const [a, b, c] = [1, 1, 2].map((seed) => tsne(run, { ...options, seed }).layout.data)
    expect(a).toEqual(b)
    expect(a).not.toEqual(c)
  })

  test('groups stay together', () => {
    const { layout } = tsne(cloud(90, 20, { groups: 3, spread: 0.2 }), { perplexity: 10 })
    for (let i = 0; i < 90; i++) {
      let [nearest, at] = [Number.POSITIVE_INFINITY, -1]
      for (let j = 0; j < 90; j++) {
        const [dx, dy] = [0, 1].map((d) => layout.data[2 * i + d]! - layout.data[2 * j + d]!) as [number, number]
        if (j !== i && dx * dx + dy * dy < nearest) [nearest, at] = [dx * dx + dy * dy, j]
      }
      expect(at % 3).toBe(i % 3)
    }
  })

  test('progress rises to 1, and what it throws ends the run', () => {
    const shares: number[] = []
    tsne(run, { iterations: 100 }, (share) => shares.push(share))
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.at(-1)).toBe(1)
    const stop = () => {
      throw new Error('enough')
    }
    expect(() => tsne(run, {}, stop)).toThrow('enough')
  })
})

describe('few and equal points', () => {
  test.each([4, 5, 20])('%i points: the perplexity used is told', (count) => {
    const { perplexity, layout } = tsne(cloud(count, 3), { iterations: 300 })
    expect(perplexity).toBe((count - 1) / 3)
    for (const value of layout.data) expect(Number.isFinite(value)).toBe(true)
    expect(new Set(layout.data).size).toBe(2 * count)
  })

  test.each([1, 2, 3])('%i are too few, and it says so', (count) => {
    expect(() => tsne(cloud(count, 3))).toThrow(`tsne: expected 4 points or more, got ${count}\nhint: pca`)
  })

  test('identical points spread from noise', () => {
    const { layout, klDivergence } = tsne({ count: 12, dim: 3, data: new Float32Array(36).fill(2) })
    for (const value of layout.data) expect(Number.isFinite(value)).toBe(true)
    expect(klDivergence).toBeLessThan(0.5)
  })
})

test('refuses what is no point, and settings out of range', () => {
  const wrong = cloud(8, 3)
  wrong.data[5] = Number.POSITIVE_INFINITY
  expect(() => tsne(wrong)).toThrow('tsne: point 1, column 2: expected a finite number, got Infinity')
  expect(() => tsne(cloud(8, 3), { perplexity: 0.5 })).toThrow('perplexity: expected a number from 1, got 0.5')
  expect(() => tsne(cloud(8, 3), { learningRate: 0 })).toThrow("expected 'auto' or a number above 0, got 0")
})
