import { describe, expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { scoreRanking } from './average-precision.ts'
import { randomAp, randomApAtR, randomInp, randomRank } from './random-order.ts'

/** Every placement of `positives` ones among `gallery` places. */
function placements(gallery: number, positives: number): number[][] {
  if (positives === 0) return [Array<number>(gallery).fill(0)]
  if (gallery === 0) return []
  return [
    ...placements(gallery - 1, positives - 1).map((rest) => [1, ...rest]),
    ...placements(gallery - 1, positives).map((rest) => [0, ...rest]),
  ]
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('the mean over every order, counted out', () => {
  for (const [positives, gallery] of [
    [1, 1],
    [1, 6],
    [3, 3],
    [2, 7],
    [4, 9],
    [9, 10],
  ] as const) {
    test(`${positives} of ${gallery}`, () => {
      const scores = placements(gallery, positives).map((matches) => scoreRanking(matches)!)
      expect(randomAp(positives, gallery)).toBeCloseTo(average(scores.map(({ ap }) => ap)), 12)
      expect(randomApAtR(positives, gallery)).toBeCloseTo(average(scores.map(({ apAtR }) => apAtR)), 12)
      expect(randomInp(positives, gallery)).toBeCloseTo(average(scores.map(({ inp }) => inp)), 12)
      for (const k of [1, 3, 5, 20]) {
        const within = scores.map(({ firstMatch }) => (firstMatch <= k ? 1 : 0))
        expect(randomRank(k, positives, gallery)).toBeCloseTo(average(within), 12)
      }
    })
  }
})

test('a large gallery, against 20,000 shuffles', () => {
  const [positives, gallery, draws] = [7, 400, 20_000]
  const rng = new Rng('shuffles')
  const scores = Array.from({ length: draws }, () => {
    const matches = new Uint8Array(gallery)
    for (let placed = 0; placed < positives; ) {
      const at = rng.int(gallery)
      if (matches[at] === 0) placed += matches[at] = 1
    }
    return scoreRanking(matches)!
  })
  // three standard errors of the simulation each
  expect(Math.abs(randomAp(positives, gallery) - average(scores.map(({ ap }) => ap)))).toBeLessThan(0.0008)
  expect(Math.abs(randomApAtR(positives, gallery) - average(scores.map(({ apAtR }) => apAtR)))).toBeLessThan(0.0006)
  expect(Math.abs(randomInp(positives, gallery) - average(scores.map(({ inp }) => inp)))).toBeLessThan(0.0001)
  expect(
    Math.abs(randomRank(5, positives, gallery) - average(scores.map((s) => (s.firstMatch <= 5 ? 1 : 0)))),
  ).toBeLessThan(0.006)
})

test('a mean AP that looks like something is chance where nearly all photos are positives', () => {
  expect(randomAp(9, 10)).toBeCloseTo(0.92143, 4)
  expect(randomRank(1, 9, 10)).toBeCloseTo(0.9, 12)
})
