import {
  add,
  div,
  exp,
  log,
  max,
  mul,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  staticDim,
  stopGradient,
  sub,
  type Value,
} from '../graph/index.ts'
import type { Scope } from './scope.ts'

/** Mean over height and width: x [B, H, W, C] → [B, C]. */
export function averagePool(x: Value): Value {
  return reduceMean(x, { axes: [1, 2] })
}

/** What each place adds to averagePool: x / (H·W), so that Σ over H, W is the pooled vector: x [B, H, W, C] → [B, H, W, C]. */
export function averageParts(x: Value): Value {
  return div(x, staticDim(x.shape[1]) * staticDim(x.shape[2]))
}

/** Generalised mean pooling (mean of xᵖ)^(1/p) with a learned p (Radenović et al., arXiv:1711.02512, eq. 3). */
export interface GemConfig {
  /** Where the learned exponent starts. */
  readonly p: number
  /** Smaller activations count as this. */
  readonly eps: number
}

/** From p = 3, activations of at least 1e-6. */
export const gemDefaults: GemConfig = { p: 3, eps: 1e-6 }

/**
 * Generalised-mean pooling: (mean over H, W of max(x, eps)ᵖ)^(1/p) with p learned: x [B, H, W, C] → [B, C]; p = 1 is the
 * average, p → ∞ the maximum (Radenović et al., arXiv:1711.02512, eq. 3). Computed as exp(p·log x), whose derivatives share it,
 * with each channel's maximum taken out first: eps⁷ is no float32 any more.
 */
export function gemPool(scope: Scope, x: Value, config: GemConfig = gemDefaults): Value {
  return reshape(gemPowers(scope, x, config).pooled, [x.shape[0]!, x.shape[3]!])
}

/**
 * What each place adds to gemPool: f·xᵖ / Σ xᵖ = x·(x / f)ᵖ⁻¹ / (H·W), so that Σ over H, W is the pooled vector f:
 * x [B, H, W, C] → [B, H, W, C].
 */
export function gemParts(scope: Scope, x: Value, config: GemConfig = gemDefaults): Value {
  const { powers, pooled } = gemPowers(scope, x, config)
  const shares = div(powers, reduceSum(powers, { axes: [1, 2], keepDims: true })) // [B, H, W, C]
  return mul(shares, pooled)
}

/** max(x, eps)ᵖ as shares of each channel's largest, [B, H, W, C], and their pooled vector [B, 1, 1, C]. */
function gemPowers(scope: Scope, x: Value, config: GemConfig): { readonly powers: Value; readonly pooled: Value } {
  const p = scope.param('p', [1], { kind: 'constant', value: config.p })
  const logs = log(max(x, config.eps))
  const peak = stopGradient(reduceMax(logs, { axes: [1, 2], keepDims: true })) // [B, 1, 1, C]
  const powers = exp(mul(sub(logs, peak), p))
  const mean = reduceMean(powers, { axes: [1, 2], keepDims: true })
  return { powers, pooled: exp(add(div(log(mean), p), peak)) }
}
