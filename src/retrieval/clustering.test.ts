import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { goldenPath } from '../../test/golden.ts'
import { Rng } from '../base/index.ts'
import { agreementOf } from './agreement.ts'
import { clusteringScores, distancesOf } from './clustering.ts'
import { triangleIndex } from './distances.ts'
import type { Embeddings } from './embeddings.ts'
import { averageLinkage, cutTree, silhouette } from './linkage.ts'

const numbers = z.array(z.number())
const cuts = z.record(z.string(), z.object({ labels: numbers, silhouette: z.number() }))
const golden = z
  .object({
    labellings: z.array(z.object({ a: numbers, b: numbers, ami: z.number(), ari: z.number() })),
    clusters: z.array(z.object({ points: z.array(numbers), identities: numbers, cuts })),
  })
  .parse(JSON.parse(readFileSync(goldenPath('statistics.json'), 'utf8')))

function embeddingsOf(points: readonly (readonly number[])[]): Embeddings {
  return { count: points.length, dim: points[0]!.length, data: Float32Array.from(points.flat()) }
}

describe('agreement of groupings, as scikit-learn has it', () => {
  golden.labellings.forEach(({ a, b, ami, ari }, i) => {
    test(`${i + 1}: ${a.length} photos, ${new Set(a).size} and ${new Set(b).size} groups`, () => {
      const found = agreementOf(a, b)
      expect(found.ami).toBeCloseTo(ami, 9)
      expect(found.ari).toBeCloseTo(ari, 12)
      expect(agreementOf(b, a).ami).toBeCloseTo(ami, 9)
    })
  })

  test('groupings by lot agree by 0 on average', () => {
    const rng = new Rng(3)
    const found = Array.from({ length: 400 }, () => {
      const draw = (groups: number) => Array.from({ length: 60 }, () => rng.int(groups))
      return agreementOf(draw(6), draw(12))
    })
    for (const name of ['ami', 'ari'] as const) {
      expect(Math.abs(found.reduce((sum, one) => sum + one[name], 0) / 400)).toBeLessThan(0.01)
    }
  })
})

describe('average linkage on cosines, as scikit-learn has it', () => {
  golden.clusters.forEach(({ points, cuts }, i) => {
    const distances = distancesOf(embeddingsOf(points))
    const merges = averageLinkage(distances)
    for (const [groups, { labels, silhouette: expected }] of Object.entries(cuts)) {
      test(`${i + 1}: ${points.length} photos cut into ${groups}`, () => {
        const found = cutTree(merges, Number(groups))
        expect(agreementOf(found, labels)).toEqual({ ami: expect.closeTo(1, 9), ari: 1 })
        expect(silhouette(distances, found)).toBeCloseTo(expected, 5) // cosines are rounded to float32
      })
    }
  })
})

test('the tree is that of the slow search for the nearest two groups', () => {
  const rng = new Rng(5)
  const n = 24
  const distances = { n, values: Float64Array.from({ length: (n * (n - 1)) / 2 }, () => rng.uniform()) }
  const distance = (i: number, j: number) => distances.values[triangleIndex(n, Math.min(i, j), Math.max(i, j))]!
  const groups = Array.from({ length: n }, (_, i) => [i])
  const heights: number[] = []
  const mean = (a: readonly number[], b: readonly number[]) =>
    a.flatMap((i) => b.map((j) => distance(i, j))).reduce((sum, d) => sum + d, 0) / (a.length * b.length)
  while (groups.length > 1) {
    let best = { i: 0, j: 1, d: Number.POSITIVE_INFINITY }
    for (let i = 0; i < groups.length; i++) {
      for (let j = i + 1; j < groups.length; j++) {
        const d = mean(groups[i]!, groups[j]!)
        if (d < best.d) best = { i, j, d }
      }
    }
    heights.push(best.d)
    groups[best.i]!.push(...groups[best.j]!)
    groups.splice(best.j, 1)
  }
  averageLinkage(distances).forEach(({ height }, i) => expect(height).toBeCloseTo(heights[i]!, 12))
})

describe('photos of individuals', () => {
  const [{ points, identities }] = [golden.clusters[0]!]
  const names = identities.map((identity) => `animal ${identity}`)

  test('that lie apart fall into their groups, also where the number is not known', () => {
    const rng = new Rng(8)
    const centres = Array.from({ length: 5 }, () => Array.from({ length: 8 }, () => rng.normal()))
    const near = Array.from({ length: 40 }, (_, i) => centres[i % 5]!.map((value) => value + 0.05 * rng.normal()))
    const own = near.map((_, i) => `animal ${i % 5}`)
    const scores = clusteringScores(embeddingsOf(near), { identities: own })!
    const sure = { ami: [expect.closeTo(1, 9), expect.closeTo(1, 9)], ari: [1, 1] }
    const intervals = { identity: sure, encounter: null }
    expect(scores).toEqual({
      photos: 40,
      identities: 5,
      numberKnown: { ami: expect.closeTo(1, 9), ari: 1, intervals },
      numberUnknown: { ami: expect.closeTo(1, 9), ari: 1, groups: 5, intervals },
    })
    const encounters = near.map((_, i) => `night ${i % 7}`)
    const both = clusteringScores(embeddingsOf(near), { identities: own, encounters })!
    expect(both.numberKnown.intervals.encounter).toEqual(sure)
  })

  test('of which nothing can be said have no scores', () => {
    const embeddings = embeddingsOf(points)
    const of = (found: Embeddings, identities: readonly string[]) => clusteringScores(found, { identities })
    expect(of(embeddings, names)!.identities).toBe(new Set(names).size)
    expect(of(embeddings, names.fill('one'))).toBeNull()
    const alone = points.map((_, i) => `${i}`)
    expect(of(embeddings, alone)).toBeNull()
    expect(of(embeddingsOf(points.slice(0, 2)), ['a', 'a'])).toBeNull()
  })

  test('2,000 photos take seconds', () => {
    const rng = new Rng(1)
    const many = { count: 2000, dim: 8, data: Float32Array.from({ length: 16_000 }, () => rng.normal()) }
    const start = performance.now()
    const identities = Array.from({ length: 2000 }, (_, i) => `${i % 100}`)
    const encounters = Array.from({ length: 2000 }, (_, i) => `${i % 900}`)
    const scores = clusteringScores(many, { identities, encounters })!
    expect(Math.abs(scores.numberKnown.ami)).toBeLessThan(0.05)
    const [low, high] = scores.numberKnown.intervals.encounter!.ami
    expect([low < scores.numberKnown.ami, high > scores.numberKnown.ami]).toEqual([true, true])
    expect(performance.now() - start).toBeLessThan(20_000)
  })
})
