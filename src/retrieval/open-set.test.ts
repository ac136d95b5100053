import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { goldenPath } from '../../test/golden.ts'
import { Rng } from '../base/index.ts'
import { areaUnderRoc, bestThreshold, type NearestKnown, openSetScores } from './open-set.ts'

const golden = z
  .object({
    curves: z.array(z.object({ known: z.array(z.number()), scores: z.array(z.number()), auroc: z.number() })),
  })
  .parse(JSON.parse(readFileSync(goldenPath('statistics.json'), 'utf8')))

function query(identity: string, known: boolean, similarity: number, right = known): NearestKnown {
  return { identity, known, similarity, right, positives: known ? 2 : 0, gallery: 20 }
}

test('the area under the ROC curve is scikit-learn’s, ties included', () => {
  for (const { known, scores, auroc } of golden.curves) {
    const queries = scores.map((score, i) => query(`${i}`, known[i] === 1, score))
    expect(areaUnderRoc(queries, () => 1)).toBeCloseTo(auroc, 12)
  }
})

test('weights stand for photos that are drawn several times', () => {
  const queries = [query('a', true, 0.3), query('b', true, 0.6), query('x', false, 0.4), query('y', false, 0.1)]
  const times: Readonly<Record<string, number>> = { a: 3, b: 1, x: 2, y: 1 }
  const repeated = queries.flatMap((one) => Array<NearestKnown>(times[one.identity]!).fill(one))
  expect(areaUnderRoc(queries, (identity) => times[identity]!)).toBeCloseTo(
    areaUnderRoc(repeated, () => 1),
    12,
  )
})

test('the threshold is the best of all that lie between two photos', () => {
  const rng = new Rng('threshold')
  const queries = Array.from({ length: 60 }, (_, i) =>
    query(
      `${i % 3 === 0 ? 'new' : 'known'} ${i % 12}`,
      i % 3 !== 0,
      rng.uniform() + (i % 3 === 0 ? 0 : 0.3),
      i % 5 !== 0,
    ),
  )
  /** √(BAKS · BAUS) by their definition. */
  const score = (threshold: number) => {
    const rate = (known: boolean) => {
      const own = queries.filter((one) => one.known === known)
      const names = [...new Set(own.map(({ identity }) => identity))]
      const shares = names.map((name) => {
        const photos = own.filter(({ identity }) => identity === name)
        const right = photos.filter((one) =>
          known ? one.similarity >= threshold && one.right : one.similarity < threshold,
        )
        return right.length / photos.length
      })
      return shares.reduce((sum, share) => sum + share, 0) / shares.length
    }
    return Math.sqrt(rate(true) * rate(false))
  }
  const tried = queries.flatMap(({ similarity }) => [similarity - 1e-9, similarity + 1e-9]).map(score)
  expect(score(bestThreshold(queries))).toBeCloseTo(Math.max(...tried), 12)
})

describe('known and new individuals', () => {
  /** Four photos of each individual; known ones have more similar nearest photos, by `apart`. */
  function queries(individuals: number, apart: number, right: number, rng: Rng): NearestKnown[] {
    return Array.from({ length: individuals * 4 }, (_, i) => {
      const known = (i % individuals) % 3 !== 0
      const similarity = rng.normal(known ? apart : 0)
      return query(`animal ${i % individuals}`, known, similarity, known && rng.chance(right))
    })
  }

  test('that lie apart are told apart', () => {
    const scores = openSetScores(queries(30, 20, 1, new Rng(1)))!
    expect(scores).toMatchObject({ auroc: 1, baks: 1, baus: 1, geometricMean: 1 })
    expect(scores).toMatchObject({ knownIdentities: 20, newIdentities: 10, knownQueries: 80, newQueries: 40 })
    expect(scores.intervals.auroc).toEqual([1, 1])
    expect(scores.chance.auroc).toBe(0.5)
  })

  test('by chance: a model that knows nothing reaches what is called chance, and no more', () => {
    const rng = new Rng(2)
    const found = Array.from({ length: 60 }, (_, seed) => openSetScores(queries(30, 0, 0.1, rng), seed)!)
    for (const name of ['auroc', 'baks', 'baus'] as const) {
      const mean = found.reduce((sum, one) => sum + one[name], 0) / found.length
      const chance = found.reduce((sum, one) => sum + one.chance[name], 0) / found.length
      expect(Math.abs(mean - chance), name).toBeLessThan(0.05)
    }
    const within = found.filter(({ intervals: { auroc } }) => auroc[0] <= 0.5 && 0.5 <= auroc[1])
    expect(within.length / found.length).toBeGreaterThan(0.85)
  })

  test('a wrong name is no right answer, however similar', () => {
    expect(openSetScores(queries(30, 20, 0, new Rng(3)))!.baks).toBe(0)
  })

  test('the same seed gives the same numbers; one individual of a kind is too few', () => {
    const some = queries(12, 1, 0.7, new Rng(4))
    expect(openSetScores(some, 5)).toEqual(openSetScores(some, 5))
    expect(openSetScores(some.filter(({ known, identity }) => known || identity === 'animal 0'))).toBeNull()
  })
})
