import { mul, staticDim, type Value } from '../graph/index.ts'
import type { Scope } from './scope.ts'

/**
 * Stochastic depth (Huang et al., arXiv:1603.09382): in training each photo's branch is dropped with probability `drop` and
 * scaled by 1 / (1 − drop) where kept; the identity in inference. x [B, ...].
 */
export function stochasticDepth(scope: Scope, x: Value, drop: number): Value {
  if (drop === 0 || scope.mode === 'inference') return x
  const rest = x.shape.slice(1).map(() => 1)
  return mul(x, scope.random('drop_path', staticDim(x.shape[0]), rest, 1 - drop))
}

/** Dropout (Srivastava et al., 2014), scaled by 1 / (1 − drop) in training; the identity in inference. x [B, ...]. */
export function dropout(scope: Scope, x: Value, drop: number): Value {
  if (drop === 0 || scope.mode === 'inference') return x
  const rest = x.shape.slice(1).map(staticDim)
  return mul(x, scope.random('dropout', staticDim(x.shape[0]), rest, 1 - drop))
}
