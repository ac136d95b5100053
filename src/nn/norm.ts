import { unreachable } from '../base/index.ts'
import { add, div, mul, reduceMean, sqrt, standardise, staticDim, sub, type Value } from '../graph/index.ts'
import { oneInit, type Scope, zeroInit } from './scope.ts'

/**
 * Normalisations over the last axis, x [..., C]:
 * - layer: (x − mean) / √(var + eps) (Ba et al., arXiv:1607.06450)
 * - rms: x / √(mean(x²) + eps) (Zhang and Sennrich, arXiv:1910.07467)
 * - simple: x / √(var + eps), var unbiased (timm's SimpleNorm)
 */
export type NormKind = 'layer' | 'rms' | 'simple'

/** Which norm over the last axis, and what is added to its variance. */
export interface NormConfig {
  readonly kind: NormKind
  readonly eps: number
}

/** Layer norm with ε = 1e-6. */
export const normDefaults: NormConfig = { kind: 'layer', eps: 1e-6 }

/** The scale, and for layer norm the shift, of a normalisation of C channels: `weight` [C], `bias` [C]. */
export interface NormAffine {
  readonly weight: Value
  readonly bias: Value | undefined
}

export function normAffine(scope: Scope, channels: number, { kind }: NormConfig): NormAffine {
  return {
    weight: scope.param('weight', [channels], oneInit),
    bias: kind === 'layer' ? scope.param('bias', [channels], zeroInit) : undefined,
  }
}

/** The normalisation without scale and shift. */
export function normalise(x: Value, { kind, eps }: NormConfig): Value {
  const mean = { axes: [-1], keepDims: true } as const
  switch (kind) {
    case 'layer':
      return standardise(x, eps)
    case 'rms':
      return div(x, sqrt(add(reduceMean(mul(x, x), mean), eps)))
    case 'simple': {
      const count = staticDim(x.shape[x.shape.length - 1])
      const deviation = sub(x, reduceMean(x, mean))
      return div(x, sqrt(add(mul(reduceMean(mul(deviation, deviation), mean), count / (count - 1)), eps)))
    }
    default:
      return unreachable(kind)
  }
}

/** The normalisation with its learned scale and shift: x [..., C] → [..., C]. */
export function norm(scope: Scope, x: Value, config: NormConfig = normDefaults): Value {
  const { weight, bias } = normAffine(scope, staticDim(x.shape[x.shape.length - 1]), config)
  const scaled = mul(normalise(x, config), weight)
  return bias === undefined ? scaled : add(scaled, bias)
}
