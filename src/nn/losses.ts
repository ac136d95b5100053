import {
  add,
  cast,
  constant,
  div,
  equal,
  exp,
  less,
  log,
  matmul,
  max,
  mul,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  scalar,
  sqrt,
  staticDim,
  stopGradient,
  sub,
  type Value,
  where,
} from '../graph/index.ts'
import { int32 } from '../tensor/index.ts'
import type { Scope } from './scope.ts'

/**
 * How embeddings e [B, D] and identity weights W [N, D] become logits; cos θ are their cosines.
 * - arcface: s·cos(θ + m) for the true identity, s·cos θ for others (Deng et al., arXiv:1801.07698, eq. 3)
 * - cosface: s·(cos θ − m) for the true identity (Wang et al., arXiv:1801.09414, eq. 4)
 * - softmax: e·Wᵀ, no normalisation and no margin
 */
export type IdentityLossConfig =
  | { readonly kind: 'arcface'; readonly marginRad: number; readonly scale: number }
  | { readonly kind: 'cosface'; readonly margin: number; readonly scale: number }
  | { readonly kind: 'softmax' }

export const arcfaceDefaults = { kind: 'arcface', marginRad: 0.5, scale: 30 } as const satisfies IdentityLossConfig
export const cosfaceDefaults = { kind: 'cosface', margin: 0.35, scale: 30 } as const satisfies IdentityLossConfig

/** sin θ is √max(1 − cos²θ, this): finite gradients at cos θ = ±1, where float32 resolves no finer anyway. */
const sineSquaredFloor = 1e-6

/** x / ‖x‖ over the last axis. Where ‖x‖ ≤ 1e-12 it is zero, with gradient zero; dividing by 1e-12 would make that 1e12. */
export function l2Normalise(x: Value): Value {
  const squares = reduceSum(mul(x, x), { axes: [-1], keepDims: true })
  return where(less(1e-24, squares), div(x, sqrt(max(squares, 1e-24))), 0)
}

/** Rows of zeros with a one at the label: labels int32 [B] → [B, classes]. */
export function oneHot(labels: Value, classes: number): Value {
  const columns = constant(
    int32(
      [1, classes],
      Array.from({ length: classes }, (_, i) => i),
    ),
  )
  return cast(equal(reshape(labels, [-1, 1]), columns), 'float32')
}

/** Logits [B, identities] of embeddings [B, D] for labels int32 [B]; W is the parameter `weight` [identities, D]. */
export function identityLogits(
  scope: Scope,
  embeddings: Value,
  labels: Value,
  options: {
    readonly identities: number
    readonly loss: IdentityLossConfig
    /** Share of the margin that is in force, a scalar from 0 to 1; all of it unless given. */
    readonly marginShare?: Value | undefined
  },
): Value {
  const { identities, loss, marginShare } = options
  const weight = scope.param('weight', [identities, staticDim(embeddings.shape[1])], { kind: 'xavierUniform' })
  if (loss.kind === 'softmax') return matmul(embeddings, weight, { transB: true })
  const cosines = matmul(l2Normalise(embeddings), l2Normalise(weight), { transB: true })
  const target = oneHot(labels, identities)
  const own = reduceSum(mul(cosines, target), { axes: [1], keepDims: true }) // [B, 1]
  const change = loss.kind === 'arcface' ? sub(addedAngle(own, loss.marginRad), own) : scalar(-loss.margin)
  const inForce = marginShare === undefined ? change : mul(change, marginShare)
  return mul(add(cosines, mul(target, inForce)), loss.scale)
}

/**
 * cos(θ + m) of cos θ while θ + m ≤ π; past it the line cos θ − m·sin m, which goes on falling: the loss stays monotone in θ.
 */
export function addedAngle(cosine: Value, marginRad: number): Value {
  const sine = sqrt(max(sub(1, mul(cosine, cosine)), sineSquaredFloor))
  const turned = sub(mul(cosine, Math.cos(marginRad)), mul(sine, Math.sin(marginRad)))
  const beyond = sub(cosine, marginRad * Math.sin(marginRad))
  return where(less(Math.cos(Math.PI - marginRad), cosine), turned, beyond)
}

/**
 * Mean cross-entropy of logits [B, N] against labels int32 [B]: log Σ exp z − (1 − ε)·z_y − ε·mean z, with label smoothing ε
 * (Szegedy et al., arXiv:1512.00567).
 */
export function crossEntropy(logits: Value, labels: Value, smoothing = 0): Value {
  const classes = staticDim(logits.shape[1])
  const own = reduceSum(mul(logits, oneHot(labels, classes)), { axes: [1] }) // [B]
  const peak = stopGradient(reduceMax(logits, { axes: [1], keepDims: true }))
  const spread = log(reduceSum(exp(sub(logits, peak)), { axes: [1] }))
  const logSumExp = add(spread, reshape(peak, [-1])) // [B]
  const smooth = smoothing === 0 ? own : add(mul(own, 1 - smoothing), mul(reduceMean(logits, { axes: [1] }), smoothing))
  return reduceMean(sub(logSumExp, smooth))
}
