import { add, div, max, mul, reduceMean, reduceSum, sqrt, staticDim, type Value } from '../graph/index.ts'
import { type Scope, zeroInit } from './scope.ts'

/** Added to the mean response, as timm has it. */
const eps = 1e-6

/** Where a channel is zero everywhere its root has no slope; this is below what eps leaves of it. */
const squaresFloor = 1e-24

/** A global response normalisation in two parts, so that the shift can be folded into the linear layer that follows. */
export interface ResponseNorm {
  /** x∘(1 + γ∘n), [B, H, W, C]. */
  readonly scaled: Value
  /** β [C]. */
  readonly shift: Value
}

/**
 * Global response normalisation (Woo et al., arXiv:2301.00808, section 3.3): x + γ∘(x∘n) + β with n = g / (mean_C g + eps) and g
 * each channel's norm over height and width; x [B, H, W, C]. Parameters `weight` and `bias` [C] start at zero: the identity.
 */
export function responseNorm(scope: Scope, x: Value): ResponseNorm {
  const channels = staticDim(x.shape[3])
  const gamma = scope.param('weight', [channels], zeroInit)
  const shift = scope.param('bias', [channels], zeroInit)
  const squares = reduceSum(mul(x, x), { axes: [1, 2], keepDims: true })
  const norms = sqrt(max(squares, squaresFloor)) // [B, 1, 1, C]
  const relative = div(norms, add(reduceMean(norms, { axes: [3], keepDims: true }), eps))
  return { scaled: mul(x, add(mul(relative, gamma), 1)), shift }
}
