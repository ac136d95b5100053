import {
  add,
  cast,
  constant,
  div,
  equal,
  exp,
  less,
  log,
  max,
  mul,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  sqrt,
  staticDim,
  stopGradient,
  sub,
  type Value,
  where,
} from '../graph/index.ts'
import { int32 } from '../tensor/index.ts'

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

/**
 * Mean cross-entropy of logits [B, N] against labels int32 [B]: log Σ exp z − (1 − ε)·z_y − ε·mean z, with label smoothing ε
 * (Szegedy et al., arXiv:1512.00567), each photo's times its weight [B] where there are weights.
 */
export function crossEntropy(logits: Value, labels: Value, smoothing = 0, weights?: Value): Value {
  const classes = staticDim(logits.shape[1])
  const own = reduceSum(mul(logits, oneHot(labels, classes)), { axes: [1] }) // [B]
  const peak = stopGradient(reduceMax(logits, { axes: [1], keepDims: true }))
  const spread = log(reduceSum(exp(sub(logits, peak)), { axes: [1] }))
  const logSumExp = add(spread, reshape(peak, [-1])) // [B]
  const smooth = smoothing === 0 ? own : add(mul(own, 1 - smoothing), mul(reduceMean(logits, { axes: [1] }), smoothing))
  const lost = sub(logSumExp, smooth) // [B]
  return reduceMean(weights === undefined ? lost : mul(lost, weights))
}
