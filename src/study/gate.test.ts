import { describe, expect, it } from 'vitest'
import { noisyScene } from '../../test/noisy-scene.ts'
import { Rng } from '../base/index.ts'
import { gate } from './gate.ts'

describe('gate', () => {
  it('accepts at most one random trick in twenty', () => {
    const seeds = 100
    const accepted = Array.from({ length: seeds }, (_, seed) => {
      const photos = noisyScene(seed)
      const rng = new Rng(seed).fork('tricks')
      // Eight tricks that are as good as what they replace: the same photos with their noise drawn anew.
      const candidates = Array.from({ length: 8 }, () => photos.averagePrecisions(photos.noisy(1, rng)))
      const verdict = gate({
        identities: photos.identities,
        baseline: photos.averagePrecisions(photos.noisy(1, rng)),
        candidates,
      })
      return verdict.accepted !== null
    })
    const share = accepted.filter(Boolean).length / seeds
    expect(share).toBeLessThanOrEqual(0.05)
  })

  it('accepts a trick that is good, among random ones', () => {
    const seeds = 40
    const accepted = Array.from({ length: seeds }, (_, seed) => {
      const photos = noisyScene(seed)
      const rng = new Rng(seed).fork('tricks')
      const random = Array.from({ length: 7 }, () => photos.averagePrecisions(photos.noisy(1, rng)))
      const good = photos.averagePrecisions(photos.noisy(0.7, rng))
      return gate({
        identities: photos.identities,
        baseline: photos.averagePrecisions(photos.noisy(1, rng)),
        candidates: [...random, good],
      }).accepted
    })
    expect(accepted.filter((candidate) => candidate === 7).length).toBeGreaterThanOrEqual(0.8 * seeds)
    expect(accepted.filter((candidate) => candidate !== null && candidate !== 7)).toEqual([])
  })
})
