import { describe, expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { bootstrapIntervals } from './bootstrap.ts'
import type { QueryScore } from './query-score.ts'

/** A query with this AP; ranks follow from it, as far as tests look. */
function query(index: number, identity: string, encounter: string, ap: number): QueryScore {
  const score = { positives: 1, ap, apAtR: ap, inp: ap, firstMatch: ap > 0.5 ? 1 : 2 }
  return { query: index, identity, encounter, ...score, gallery: 10, nearest: 0, tied: 0 }
}

/** Individuals whose AP differ by more than their photos do, as in the field. The true mean is 0.5. */
function drawn(individuals: number, rng: Rng): QueryScore[] {
  return Array.from({ length: individuals }, (_, i) => {
    const own = rng.uniform(0.2, 0.8)
    return Array.from({ length: 1 + rng.int(8) }, (_, photo) => [i, photo, own + rng.uniform(-0.2, 0.2)] as const)
  })
    .flat()
    .map(([i, photo, ap], index) => query(index, `animal ${i}`, `${i} on day ${photo >> 1}`, ap))
}

test('of 300 studies of 40 animals about as many intervals as they say hold the true score', () => {
  const rng = new Rng('coverage')
  const held = { identityBalancedMap: 0, map: 0 }
  for (let study = 0; study < 300; study++) {
    const { scores } = bootstrapIntervals(drawn(40, rng), { resamples: 1000, seed: study })!
    for (const name of ['identityBalancedMap', 'map'] as const) {
      const [low, high] = scores[name]
      if (low <= 0.5 && 0.5 <= high) held[name]++
    }
  }
  // 3 standard deviations of a count of 300 below 0.95, and not everything
  for (const count of Object.values(held)) {
    expect(count / 300).toBeGreaterThan(0.91)
    expect(count / 300).toBeLessThan(0.99)
  }
})

test('queries as if each were a witness of its own would claim too much', () => {
  const queries = drawn(20, new Rng(4))
  const width = (list: readonly QueryScore[]) => {
    const [low, high] = bootstrapIntervals(list)!.scores.map
    return high - low
  }
  const alone = queries.map((one, i) => ({ ...one, identity: `${i}` }))
  expect(width(queries) / width(alone)).toBeGreaterThan(1.4)
})

describe('of a few queries, worked by hand', () => {
  const queries = [query(0, 'A', 'x', 1), query(1, 'A', 'y', 0), query(2, 'B', 'x', 0.25)]

  test('two animals: A twice, B twice, or both', () => {
    const { units, tooFew, scores } = bootstrapIntervals(queries)!
    expect([units, tooFew]).toEqual([2, true])
    // AA: 0.5, BB: 0.25, AB: 0.375; a quarter of the draws each for the first two
    expect(scores.identityBalancedMap).toEqual([0.25, 0.5])
    expect(scores.map).toEqual([0.25, 0.5])
    expect(scores.identityBalancedRank1).toEqual([0, 0.5])
  })

  test('two encounters: x holds photos of both animals', () => {
    // xx: A 1, B 0.25 → 0.625 balanced and pooled; yy: A 0 → 0; xy: A 0.5, B 0.25 → 0.375 balanced, 1.25/3 pooled
    const { by, units, scores } = bootstrapIntervals(queries, { by: 'encounter' })!
    expect([by, units]).toEqual(['encounter', 2])
    expect(scores.identityBalancedMap).toEqual([0, 0.625])
    expect(scores.map).toEqual([0, 0.625])
  })

  test('photos of unknown encounter are drawn one by one', () => {
    const unknown = queries.map((one) => ({ ...one, encounter: '' }))
    expect(bootstrapIntervals(unknown, { by: 'encounter' })!.units).toBe(3)
  })

  test('nothing can be drawn from one animal', () => {
    expect(bootstrapIntervals(queries.slice(0, 2))).toBeNull()
  })
})

test('the same seed gives the same interval, another seed nearly the same', () => {
  const queries = drawn(30, new Rng(9))
  const first = bootstrapIntervals(queries)!
  expect(first).toEqual(bootstrapIntervals(queries)!)
  expect(first.resamples).toBeGreaterThanOrEqual(1000)
  const other = bootstrapIntervals(queries, { seed: 1 })!
  expect(other.scores.map).not.toEqual(first.scores.map)
  expect(Math.abs(other.scores.map[0] - first.scores.map[0])).toBeLessThan(0.01)
})

test('20,000 queries of 1,000 animals take seconds at most', () => {
  const rng = new Rng(2)
  const queries = Array.from({ length: 20_000 }, (_, i) => query(i, `${i % 1000}`, `${i % 7000}`, rng.uniform()))
  const start = performance.now()
  expect(bootstrapIntervals(queries)!.units).toBe(1000)
  expect(bootstrapIntervals(queries, { by: 'encounter' })!.units).toBe(7000)
  expect(performance.now() - start).toBeLessThan(8000)
})
