import { Rng } from '../src/base/index.ts'
import { evaluateRetrieval } from '../src/retrieval/index.ts'

/** Individuals whose photos can be taken again with other noise. */
export interface NoisyScene {
  readonly identities: readonly string[]
  /** Embeddings: each photo is its animal's direction and noise of this spread. */
  readonly noisy: (noise: number, own: Rng) => Float32Array
  /** The average precision of each photo among all others. */
  readonly averagePrecisions: (data: Float32Array) => number[]
}

/** Twenty-four individuals of four photos. */
export function noisyScene(seed: number): NoisyScene {
  const [individuals, each, dim] = [24, 4, 12]
  const rng = new Rng(seed).fork('scene')
  const centres = Float64Array.from({ length: individuals * dim }, () => rng.normal())
  const count = individuals * each
  const identities = Array.from({ length: count }, (_, i) => `animal ${Math.floor(i / each)}`)
  return {
    identities,
    noisy: (noise, own) =>
      Float32Array.from(
        { length: count * dim },
        (_, i) => centres[Math.floor(i / (dim * each)) * dim + (i % dim)]! + noise * own.normal(),
      ),
    averagePrecisions: (data) =>
      evaluateRetrieval({ embeddings: { count, dim, data }, identities }).perQuery.map(({ ap }) => ap),
  }
}
