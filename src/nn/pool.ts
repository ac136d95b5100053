import { div, exp, log, max, mul, reduceMean, type Value } from '../graph/index.ts'
import type { Scope } from './scope.ts'

/** Mean over height and width: x [B, H, W, C] → [B, C]. */
export function averagePool(x: Value): Value {
  return reduceMean(x, { axes: [1, 2] })
}

export interface GemConfig {
  /** Where the learned exponent starts. */
  readonly p: number
  /** Smaller activations count as this. */
  readonly eps: number
}

export const gemDefaults: GemConfig = { p: 3, eps: 1e-6 }

/**
 * Generalised-mean pooling: (mean over H, W of max(x, eps)ᵖ)^(1/p) with p learned: x [B, H, W, C] → [B, C]; p = 1 is the
 * average, p → ∞ the maximum (Radenović et al., arXiv:1711.02512, eq. 3). Computed as exp(p·log x), whose derivatives share it.
 */
export function gemPool(scope: Scope, x: Value, config: GemConfig = gemDefaults): Value {
  const p = scope.param('p', [1], { kind: 'constant', value: config.p })
  const powers = exp(mul(log(max(x, config.eps)), p))
  return exp(div(log(reduceMean(powers, { axes: [1, 2] })), p))
}
