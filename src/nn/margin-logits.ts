import {
  add,
  less,
  matmul,
  max,
  mul,
  neg,
  type Operand,
  reduceSum,
  sqrt,
  sub,
  type Value,
  where,
} from '../graph/index.ts'
import { l2Normalise } from './losses.ts'
import type { Scope } from './scope.ts'

/** What logits are made of. */
export interface LogitInputs {
  /** For what a loss carries over from step to step. */
  readonly scope: Scope
  /** [B, D], not normalised. */
  readonly embeddings: Value
  /** [N·K, D]: K rows for each identity, which is one row unless the loss has more. */
  readonly weight: Value
  /** [B, N]: one at the true identity. */
  readonly target: Value
  /** N numbers: the training photos of each identity. */
  readonly photosPerIdentity: readonly number[]
  /** Share of the margin that is in force, a scalar from 0 to 1; all of it unless given. */
  readonly marginShare: Value | undefined
}

/** An angle in radians, its cosine and its sine. */
export interface Angle<T extends Operand = Operand> {
  readonly rad: T
  readonly cos: T
  readonly sin: T
}

/** sin θ is √max(1 − cos²θ, this): finite gradients at cos θ = ±1, where float32 resolves no finer anyway. */
const sineSquaredFloor = 1e-6

/** An angle that is known before the graph is built. */
export function fixedAngle(rad: number): Angle<number> {
  return { rad, cos: Math.cos(rad), sin: Math.sin(rad) }
}

/**
 * cos(θ + m) of cos θ, for m ≥ 0, while θ + m ≤ π; past it the line cos θ − m·sin m, which goes on falling: the loss stays monotone in θ.
 */
export function addedAngle(cosine: Value, { rad, cos, sin }: Angle): Value {
  const beyond = sub(cosine, typeof rad === 'number' && typeof sin === 'number' ? rad * sin : mul(rad, sin))
  return where(less(typeof cos === 'number' ? -cos : neg(cos), cosine), turned(cosine, cos, sin), beyond)
}

/** cos(θ + m) of cos θ, for m of either sign: as `addedAngle`, and 1 where θ + m would be less than 0. */
export function movedAngle(cosine: Value, angle: Angle<Value>): Value {
  const back = where(less(angle.cos, cosine), 1, turned(cosine, angle.cos, angle.sin))
  return where(less(angle.rad, 0), back, addedAngle(cosine, angle))
}

/** cos(θ + m) = cos θ·cos m − sin θ·sin m. */
function turned(cosine: Value, cos: Operand, sin: Operand): Value {
  const sine = sqrt(max(sub(1, mul(cosine, cosine)), sineSquaredFloor))
  return sub(mul(cosine, cos), mul(sine, sin))
}

/** The cosines [B, N·K] of embeddings with weights. */
export function weightCosines({ embeddings, weight }: LogitInputs): Value {
  return matmul(l2Normalise(embeddings), l2Normalise(weight), { transB: true })
}

/** s·cos θ, and for the true identity s·(cos θ + change), where `change` is made of its cosines [B, 1]. */
export function marginLogits(
  inputs: LogitInputs,
  scale: number,
  change: (own: Value) => Value,
  cosines: Value = weightCosines(inputs), // [B, N]
): Value {
  const { target, marginShare } = inputs
  const own = reduceSum(mul(cosines, target), { axes: [1], keepDims: true }) // [B, 1]
  const inForce = marginShare === undefined ? change(own) : mul(change(own), marginShare)
  return mul(add(cosines, mul(target, inForce)), scale)
}
