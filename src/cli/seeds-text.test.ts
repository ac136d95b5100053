import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import type { SeedsSummary } from '../study/index.ts'
import { seedsText } from './seeds-text.ts'

const intervals = (low: number) => ({
  identity: { units: 12, resamples: 2000, level: 0.95, tooFew: false, scores: { identityBalancedMap: [low, 0.6] } },
})
const summary = (low: number) =>
  ({
    seeds: [1, 2],
    identityBalancedMap: 0.5,
    deviation: { identityBalancedMap: 0.1 },
    bySeed: { identityBalancedMap: [0.4, 0.6] },
    chance: { identityBalancedMap: 0.1 },
    intervals: intervals(low),
  }) as unknown as SeedsSummary

test('the mean of several seeds has its interval, and says where it is no better than chance', async () => {
  const runs = [temporaryFolder(), temporaryFolder()]
  const told = await seedsText('runs', summary(0.09), runs)
  expect(told).toMatch(/identity-balanced mAP +0\.500 ± 0\.100 +0\.090 to 0\.600 +0\.400, 0\.600 +0\.100\n/)
  expect(told).toContain('\nintervals: 2000 bootstrap samples of 12 individuals; by chance: ')
  expect(told).toContain('this identity-balanced mAP is no better than chance, within its interval')
  expect(told).toContain('photos of one sighting may be on both sides of that split')
  expect(await seedsText('runs', summary(0.11), runs)).not.toContain('no better than chance')
})

test('without a score nothing is said of deviations', async () => {
  const nothing = { seeds: [1, 2], deviation: {}, bySeed: {}, chance: null, intervals: null }
  const told = await seedsText('runs', nothing as unknown as SeedsSummary, [temporaryFolder(), temporaryFolder()])
  expect(told).toContain(
    '2 runs of the same training. No photos were set aside, so that nothing says how good they are',
  )
  expect(told).not.toContain('σ')
})
