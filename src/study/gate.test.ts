import { describe, expect, it } from 'vitest'
import { Rng } from '../base/index.ts'
import { evaluateRetrieval } from '../retrieval/index.ts'
import { gate } from './gate.ts'

describe('gate', () => {
  it('accepts at most one random trick in twenty', () => {
    const seeds = 200
    const accepted = Array.from({ length: seeds }, (_, seed) => {
      const photos = scene(seed)
      const rng = new Rng(seed).fork('tricks')
      // Eight tricks that are as good as what they replace: the same photos with their noise drawn anew.
      const candidates = Array.from({ length: 8 }, () => photos.aps(photos.noisy(1, rng)))
      const verdict = gate({ identities: photos.identities, baseline: photos.aps(photos.noisy(1, rng)), candidates })
      return verdict.accepted !== null
    })
    const share = accepted.filter(Boolean).length / seeds
    expect(share).toBeLessThanOrEqual(0.05)
  })

  it('accepts a trick that is good, among random ones', () => {
    const seeds = 40
    const accepted = Array.from({ length: seeds }, (_, seed) => {
      const photos = scene(seed)
      const rng = new Rng(seed).fork('tricks')
      const random = Array.from({ length: 7 }, () => photos.aps(photos.noisy(1, rng)))
      const good = photos.aps(photos.noisy(0.7, rng))
      return gate({
        identities: photos.identities,
        baseline: photos.aps(photos.noisy(1, rng)),
        candidates: [...random, good],
      }).accepted
    })
    expect(accepted.filter((candidate) => candidate === 7).length).toBeGreaterThanOrEqual(0.8 * seeds)
    expect(accepted.filter((candidate) => candidate !== null && candidate !== 7)).toEqual([])
  })
})

/** Twenty-four individuals of four photos, each photo its animal's direction and noise. */
function scene(seed: number) {
  const [individuals, each, dim] = [24, 4, 12]
  const rng = new Rng(seed).fork('scene')
  const centres = Float64Array.from({ length: individuals * dim }, () => rng.normal())
  const count = individuals * each
  const identities = Array.from({ length: count }, (_, i) => `animal ${Math.floor(i / each)}`)
  return {
    identities,
    noisy: (noise: number, own: Rng) =>
      Float32Array.from(
        { length: count * dim },
        (_, i) => centres[Math.floor(i / (dim * each)) * dim + (i % dim)]! + noise * own.normal(),
      ),
    aps: (data: Float32Array) =>
      evaluateRetrieval({ embeddings: { count, dim, data }, identities }).perQuery.map(({ ap }) => ap),
  }
}
