import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { evaluateSimilarities } from './evaluate.ts'
import { metricNames } from './metric-table.ts'
import { chanceOf } from './scores-of.ts'

const identities = [...'AAAAAAAABBBCCDDDDE']
const encounters = [...'112233441122551122']

/** Random similarities of every photo to every other, the same encounter left out: what chance is about. */
function shuffled(rng: Rng) {
  const similarities = Float32Array.from({ length: identities.length ** 2 }, () => rng.uniform())
  const photos = { identities, encounters }
  return evaluateSimilarities({
    similarities,
    queries: photos,
    gallery: photos,
    excludeSame: 'encounter',
    leaveOut: (q, g) => q === g,
  })
}

test('every score by chance is the mean over random orders of the same galleries', () => {
  const rng = new Rng('chance')
  const runs = Array.from({ length: 3000 }, () => shuffled(rng))
  const chance = chanceOf(runs[0]!.perQuery)
  for (const name of metricNames) {
    const mean = runs.reduce((sum, run) => sum + run[name], 0) / runs.length
    const variance = runs.reduce((sum, run) => sum + (run[name] - mean) ** 2, 0) / (runs.length - 1)
    const standardErrors = Math.abs(chance[name] - mean) / Math.sqrt(variance / runs.length)
    expect(standardErrors, `${name}: ${chance[name]} by the formula, ${mean} by simulation`).toBeLessThan(3.5)
  }
})

test('one animal on half of the photos makes rank-1 high by chance, and the balanced one less', () => {
  const { rank1, identityBalancedRank1 } = chanceOf(shuffled(new Rng(1)).perQuery)
  expect(rank1).toBeGreaterThan(identityBalancedRank1 + 0.05)
})
