import { constant, matmul, reshape, type Value } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'

/**
 * How much each identity's photos count, by the effective number of its n photos: (1 − β) / (1 − βⁿ), scaled to a mean of 1 over identities (Cui
 * et al., arXiv:1901.05555, section 4). All 1 for β = 0; for β near 1 as 1/n.
 */
export function effectiveNumberWeights(photosPerIdentity: readonly number[], beta: number): number[] {
  const raw = photosPerIdentity.map((photos) => (1 - beta) / (1 - beta ** Math.max(1, photos)))
  const mean = raw.reduce((sum, weight) => sum + weight, 0) / Math.max(1, raw.length)
  return raw.map((weight) => weight / mean)
}

/** The weight of each photo [B], of a target [B, N] with a one at its identity. */
export function photoWeights(target: Value, photosPerIdentity: readonly number[], beta: number): Value {
  const weights = effectiveNumberWeights(photosPerIdentity, beta)
  return reshape(matmul(target, constant(float32([weights.length, 1], weights))), [-1])
}
