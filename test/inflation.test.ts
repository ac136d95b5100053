import { expect, test } from 'vitest'
import { measureInflation } from '../bench/inflation.ts'

test('on drawn jaguars with bursts a score by lot is inflated, and the burst-disjoint one tells that of fresh encounters', () => {
  const measured = [1, 2].map((seed) =>
    measureInflation({ seed, identities: 6, photosPerIdentity: 12, freshPerIdentity: 4 }),
  )
  const mean = (way: 'stratified' | 'burstDisjoint' | 'fresh', score: 'rank1' | 'identityBalancedMap') =>
    measured.reduce((sum, one) => sum + one[way][score], 0) / measured.length
  expect(mean('stratified', 'rank1') - mean('fresh', 'rank1')).toBeGreaterThan(0.25)
  expect(mean('stratified', 'identityBalancedMap') - mean('fresh', 'identityBalancedMap')).toBeGreaterThan(0.05)
  for (const score of ['rank1', 'identityBalancedMap'] as const) {
    const inflation = mean('stratified', score) - mean('fresh', score)
    expect(Math.abs(mean('burstDisjoint', score) - mean('fresh', score))).toBeLessThan(inflation / 2)
  }
})
