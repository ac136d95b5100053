import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { fromRandomWeights } from '../bench/command.ts'
import { measureInflation } from '../bench/inflation.ts'
import { measureTrained } from '../bench/trained-inflation.ts'
import { synthesise } from '../src/synth/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-inflation-'))
vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
afterAll(() => rmSync(folder, { recursive: true }))

test('on drawn jaguars with bursts a score by lot is inflated, and the burst-disjoint one tells that of fresh encounters', async () => {
  const measured = await Promise.all(
    [1, 2].map((seed) => measureInflation({ seed, identities: 6, photosPerIdentity: 12, freshPerIdentity: 4 })),
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

test('of a trained network photos set aside by lot promise what fresh encounters do not keep; those set aside by encounter do not', async () => {
  const drawn = join(folder, 'jaguars')
  await synthesise({
    ...{ out: drawn, identities: 6, photosPerIdentity: 16, testPhotosPerIdentity: 6, seed: 1 },
    ...{ widthPx: 96, heightPx: 66 },
  })
  const small = ['model.backbone=convnext_micro', 'image.widthPx=32', 'image.heightPx=32', 'image.alpha=keep']
  const how = {
    drawn,
    folder,
    preset: 'demo',
    set: [...fromRandomWeights, ...small, 'epochs=2', 'batchSize=16'],
    seed: 1,
  }
  const [byLot, byEncounter] = [await measureTrained('stratified', how), await measureTrained('encounter', how)]
  const inflation = byLot.validation.rank1 - byLot.fresh.rank1
  expect(inflation).toBeGreaterThan(0.2)
  expect(byLot.validation.identityBalancedMap - byLot.fresh.identityBalancedMap).toBeGreaterThan(0.05)
  expect(Math.abs(byEncounter.validation.rank1 - byEncounter.fresh.rank1)).toBeLessThan(inflation / 2)
})
