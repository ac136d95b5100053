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
  expect(Math.abs(mean('burstDisjoint', 'rank1') - mean('fresh', 'rank1'))).toBeLessThan(0.15)
  expect(Math.abs(mean('burstDisjoint', 'identityBalancedMap') - mean('fresh', 'identityBalancedMap'))).toBeLessThan(
    0.06,
  )
})
