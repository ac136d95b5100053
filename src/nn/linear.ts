import { add, matmul, mul, reshape, staticDim, type Value } from '../graph/index.ts'
import type { Shape } from '../tensor/index.ts'
import { type NormAffine, type NormConfig, normAffine, normalise } from './norm.ts'
import { type Init, type Scope, zeroInit } from './scope.ts'

/** The width of a linear layer's output, and how its weights start and lie in files. */
export interface LinearConfig {
  readonly features: number
  readonly bias: boolean
  readonly init: Init
  /** Shape under which the weight [out, in] is kept: timm's 1×1 convolutions keep [out, in, 1, 1]. */
  readonly asConvolution: boolean
}

/** With a bias, weights from a truncated normal distribution of deviation 0.02 (timm's), kept as a matrix. */
export const linearDefaults: Omit<LinearConfig, 'features'> = {
  bias: true,
  init: { kind: 'truncatedNormal', standardDeviation: 0.02 },
  asConvolution: false,
}

/** Width of the output, and what else is not as `linearDefaults` has it. */
export type LinearOptions = Partial<LinearConfig> & { readonly features: number }

/** Weight [out, in] and bias [out] of a linear layer, before they meet data. */
export interface LinearWeights {
  readonly weight: Value
  readonly bias: Value | undefined
}

/**
 * W [features, inFeatures] and b [features] from the scope, `weight` and `bias`: for what computes with them
 * otherwise than `linear`.
 */
export function linearWeights(scope: Scope, inFeatures: number, options: LinearOptions): LinearWeights {
  const { features, bias, init, asConvolution } = { ...linearDefaults, ...options }
  const shape: Shape = asConvolution ? [features, inFeatures, 1, 1] : [features, inFeatures]
  return {
    weight: reshape(scope.param('weight', shape, init), [features, inFeatures]),
    bias: bias ? scope.param('bias', [features], zeroInit) : undefined,
  }
}

/** x·Wᵀ + b: x [..., in] → [..., out], as one matrix product over all rows. */
export function applyLinear(x: Value, { weight, bias }: LinearWeights): Value {
  const [features, inFeatures] = weight.shape.map(staticDim) as [number, number]
  const product = matmul(reshape(x, [-1, inFeatures]), weight, { transB: true }) // [rows, out]
  const y = bias === undefined ? product : add(product, bias)
  return reshape(y, [...x.shape.slice(0, -1), features])
}

/** x·Wᵀ + b: x [..., in] → [..., out]. */
export function linear(scope: Scope, x: Value, options: LinearOptions): Value {
  return applyLinear(x, linearWeights(scope, staticDim(x.shape[x.shape.length - 1]), options))
}

/**
 * A normalisation followed by a linear layer, (x̂∘γ + β)·Wᵀ + b, computed as x̂·(W∘γ)ᵀ + (W·β + b): the scale and shift touch
 * the weights instead of the activations, which saves two passes forward and four backward.
 */
export function normLinear(
  normScope: Scope,
  scope: Scope,
  x: Value,
  options: LinearOptions & { readonly norm: NormConfig },
): Value {
  const channels = staticDim(x.shape[x.shape.length - 1])
  const affine = normAffine(normScope, channels, options.norm)
  return applyLinear(normalise(x, options.norm), foldNorm(scope, linearWeights(scope, channels, options), affine))
}

/** W∘γ and W·β + b: a layer that takes what is normalised, and not yet scaled and shifted. Built once for the scope. */
export function foldNorm(scope: Scope, own: LinearWeights, { weight: gamma, bias: beta }: NormAffine): LinearWeights {
  const weight = scope.once('folded.weight', () => mul(own.weight, gamma))
  const bias = beta === undefined ? own.bias : scope.once('folded.bias', () => foldedBias(own, beta))
  return { weight, bias }
}

/** γ∘W and γ∘b: a layer whose outputs are scaled by γ [out], as layer scale does. Built once for the scope. */
export function foldScale(scope: Scope, { weight, bias }: LinearWeights, gamma: Value): LinearWeights {
  return {
    weight: scope.once('scaled.weight', () => mul(weight, reshape(gamma, [-1, 1]))),
    bias: bias && scope.once('scaled.bias', () => mul(bias, gamma)),
  }
}

/** W·β + b [out]: the bias of a linear layer that has taken a norm's shift β [in] into itself. */
export function foldedBias({ weight, bias }: LinearWeights, shift: Value): Value {
  const shifted = reshape(matmul(reshape(shift, [1, -1]), weight, { transB: true }), [-1])
  return bias === undefined ? shifted : add(shifted, bias)
}
