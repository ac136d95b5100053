import {
  abs,
  add,
  and,
  cast,
  constant,
  div,
  equal,
  exp,
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
  transpose,
  type Value,
} from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'

/**
 * Places of two sets of photos, row i of one beside row i of the other. Letters: G groups of photos whose places are told apart from each other, M
 * places of a group, D numbers of a descriptor.
 */
export interface MatchedPlaces {
  /** [G, M, D], unit vectors. */
  readonly a: Value
  readonly b: Value
  /** [G, M], logarithms of odds. */
  readonly reliabilityA: Value
  readonly reliabilityB: Value
  /** [G, M]: 1 where a's place i and b's place i are one place of one coat, 0 where they are not (background, or padding). */
  readonly isPair: Value
  /** [G, M]: 1 for a place, 0 for padding. */
  readonly isPlace: Value
}

/** The loss, and how often the nearest is right. */
export interface MatchLoss {
  readonly loss: Value
  /** Share of the pairs that are each other's nearest neighbour of all M places. */
  readonly right: Value
}

/** The temperature of the softmax over places. */
export interface MatchLossConfig {
  readonly temperature: number
  /** Of the reliability's part beside the descriptor's. */
  readonly reliabilityWeight: number
}

/** SiLK's losses count alike; places are told apart at τ = 0.06. */
export const matchLossDefaults: MatchLossConfig = { temperature: 0.06, reliabilityWeight: 1 }

/**
 * −½ mean over pairs of (ln p(b_i | a_i) + ln p(a_i | b_i)), p the softmax of cosines / τ over the group's places (symmetric InfoNCE, van den Oord et
 * al., arXiv:1807.03748), plus the binary cross-entropy of "is this place's mutual match right?" (SiLK, Gleize et al., arXiv:2304.06194, section 3.3),
 * whose answer for what is no pair is no.
 */
export function matchLoss(places: MatchedPlaces, config: MatchLossConfig = matchLossDefaults): MatchLoss {
  const { a, b, isPair, isPlace } = places
  const absent = mul(sub(1, isPlace), -1e4)
  const products = mul(matmul(a, b, { transB: true }), 1 / config.temperature) // [G, M, M]
  const across = add(products, reshape(absent, [staticDim(a.shape[0]), 1, -1])) // padding is no candidate
  const back = add(transpose(products, [0, 2, 1]), reshape(absent, [staticDim(a.shape[0]), 1, -1]))
  const own = diagonal(products) // [G, M]
  const pairs = max(reduceSum(isPair), 1)
  const lost = sub(add(logSumExp(across), logSumExp(back)), mul(own, 2))
  const contrast = div(reduceSum(mul(lost, isPair)), mul(pairs, 2))
  const nearest = and(equal(own, reduceMax(across, { axes: [2] })), equal(own, reduceMax(back, { axes: [2] })))
  const isRight = stopGradient(mul(cast(nearest, 'float32'), isPair)) // [G, M]
  const unsure = add(crossEntropyOf(places.reliabilityA, isRight), crossEntropyOf(places.reliabilityB, isRight))
  const doubt = div(reduceSum(mul(unsure, isPlace)), mul(max(reduceSum(isPlace), 1), 2))
  return {
    loss: add(contrast, mul(doubt, config.reliabilityWeight)),
    right: div(reduceSum(isRight), pairs),
  }
}

/** ln Σ exp over the last axis: [G, M, M] → [G, M]. */
function logSumExp(x: Value): Value {
  const peak = stopGradient(reduceMax(x, { axes: [2], keepDims: true }))
  return add(log(reduceSum(exp(sub(x, peak)), { axes: [2] })), reshape(peak, x.shape.slice(0, 2)))
}

/** [G, M, M] → [G, M]. */
function diagonal(x: Value): Value {
  const size = staticDim(x.shape[1])
  const identity = Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0))
  return reduceSum(mul(x, constant(float32([1, size, size], identity))), { axes: [2] })
}

/** −y ln σ(x) − (1 − y) ln(1 − σ(x)) = max(x, 0) − x·y + ln(1 + exp(−|x|)). */
function crossEntropyOf(x: Value, y: Value): Value {
  return add(sub(max(x, 0), mul(x, y)), log(add(1, exp(neg(abs(x))))))
}
