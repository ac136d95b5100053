import {
  add,
  and,
  cast,
  concat,
  constant,
  div,
  equal,
  exp,
  less,
  log,
  matmul,
  max,
  mul,
  neg,
  reduceMax,
  reduceSum,
  reshape,
  staticDim,
  stopGradient,
  sub,
  type Value,
  where,
} from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'
import { l2Normalise } from './losses.ts'

/** A anchors, the photos of a batch, against R references: the batch itself, and what a memory bank holds behind it. */
export interface Pairs {
  /** Cosines [A, R]. */
  readonly cosines: Value
  /** bool [A, R]: two photos of one animal. No photo is its own pair. */
  readonly same: Value
  /** bool [A, R]: photos of two animals. */
  readonly other: Value
}

/** References beside the batch, through which no gradient flows. */
export interface Remembered {
  /** [M, D], L2-normalised. */
  readonly embeddings: Value
  /** float32 [M]; −1 for a place that is still empty, which pairs with nobody. */
  readonly labels: Value
}

/** Beyond every cosine, distance and exponent of a loss, and far from float32's limits. */
const far = 1e4

/** The pairs of embeddings [A, D], not normalised, with labels int32 [A], among themselves and with what is remembered. */
export function pairsOf(embeddings: Value, labels: Value, remembered?: Remembered): Pairs {
  const unit = l2Normalise(embeddings) // [A, D]
  const own = cast(labels, 'float32')
  const before = remembered === undefined ? [] : [remembered]
  const references = concat([unit, ...before.map((bank) => bank.embeddings)]) // [R, D]
  const names = reshape(concat([own, ...before.map((bank) => bank.labels)]), [1, -1]) // [1, R]
  const [anchors, all] = [staticDim(unit.shape[0]), staticDim(references.shape[0])]
  const alike = equal(reshape(own, [-1, 1]), names) // [A, R]
  return {
    cosines: matmul(unit, references, { transB: true }),
    same: and(alike, notItself(anchors, all)),
    other: and(less(cast(alike, 'float32'), 0.5), less(-0.5, names)),
  }
}

/** The largest of x [A, R] where the mask says so, for each anchor [A, 1]; −`far` where it never does. */
export function largestOf(x: Value, mask: Value): Value {
  return reduceMax(where(mask, x, -far), { axes: [1], keepDims: true })
}

/** The smallest of x [A, R] where the mask says so, for each anchor [A, 1]; `far` where it never does. */
export function smallestOf(x: Value, mask: Value): Value {
  return neg(largestOf(neg(x), mask))
}

/** bool [A, 1]: anchors that have a pair of this mask [A, R]. */
export function anyOf(mask: Value): Value {
  return less(0.5, reduceMax(cast(mask, 'float32'), { axes: [1], keepDims: true }))
}

/** log Σ exp x over the mask, for each anchor [A, 1], without overflow; `plusOne` adds 1 to the sum. Where nothing is summed it is log 1e-30. */
export function logSumExpOf(x: Value, mask: Value, { plusOne = false } = {}): Value {
  const largest = largestOf(x, mask)
  const peak = stopGradient(where(anyOf(mask), plusOne ? max(largest, 0) : largest, 0)) // [A, 1]
  const masked = where(mask, sub(x, peak), -far)
  const sum = reduceSum(exp(masked), { axes: [1], keepDims: true })
  return add(log(max(plusOne ? add(sum, exp(neg(peak))) : sum, 1e-30)), peak)
}

/** The mean of x over the places that the mask, of the same shape, names; 0 where it names none. */
export function meanOver(x: Value, mask: Value): Value {
  const weight = cast(mask, 'float32')
  return div(reduceSum(where(mask, x, 0)), max(reduceSum(weight), 1))
}

/** bool [A, R]: all pairs but those of a photo of the batch with itself. */
function notItself(anchors: number, references: number): Value {
  const places = (shape: readonly [number, number]) =>
    constant(
      float32(
        shape,
        Array.from({ length: shape[0] * shape[1] }, (_, i) => i),
      ),
    )
  const apart = sub(places([anchors, 1]), places([1, references]))
  return less(0.5, mul(apart, apart))
}
