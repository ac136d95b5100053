import { check, counted } from '../base/index.ts'
import { checkPairs, type ScoredPairs, weightsOf } from './scored-pairs.ts'
import { type Local, maximise } from './solve.ts'

/** p = 1 / (1 + exp(−(intercept + slope · x))), x the score or what `scale` makes of it. */
export interface LogisticCurve {
  readonly kind: 'logistic'
  /** toOne: x = −ln(1 − score), for scores that crowd below 1. The score itself unless given. */
  readonly scale?: 'toOne' | undefined
  readonly slope: number
  readonly intercept: number
}

/** Rows of numbers, what they lead to, and how much each counts. */
export interface Regression {
  /** Row-major [n, d]. */
  readonly features: Float64Array
  /** From 0 to 1, [n]. */
  readonly targets: ArrayLike<number>
  /** [n]; 1 each unless given. */
  readonly weights?: ArrayLike<number> | undefined
  /** How strongly coefficients are held to 0: ½ ridge ‖coefficients‖². The intercept is free. */
  readonly ridge?: number | undefined
}

/** Log-odds are intercept + Σ coefficients · features. */
export interface Coefficients {
  readonly intercept: number
  readonly coefficients: readonly number[]
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))
}

/** ln(p / (1 − p)), p held between 10⁻¹² and 1 − 10⁻¹². */
export function logit(p: number): number {
  const held = Math.min(1 - 1e-12, Math.max(1e-12, p))
  return Math.log(held / (1 - held))
}

/**
 * Platt's curve (1999): the slope and intercept with the largest likelihood of the labels, these drawn in to (n₊ + 1) / (n₊ + 2) and
 * 1 / (n₋ + 2), so that pairs which a score tells apart without a mistake give no infinite slope. A slope below 0 becomes 0: then the score
 * says nothing. @throws InputError as `checkPairs`.
 */
export function fitPlatt(pairs: ScoredPairs): LogisticCurve {
  checkPairs(pairs)
  const { scores, same, weights } = pairs
  const total = weightsOf(pairs)
  const [high, low] = [(total.same + 1) / (total.same + 2), 1 / (total.all - total.same + 2)]
  const targets = Float64Array.from(same, (label) => (label === 1 ? high : low))
  const { intercept, coefficients } = fitLogistic({ features: Float64Array.from(scores), targets, weights })
  const slope = coefficients[0]!
  return slope > 0
    ? { kind: 'logistic', slope, intercept }
    : { kind: 'logistic', slope: 0, intercept: logit(total.same / total.all) }
}

/** Logistic regression by Newton's method, features standardised on the way. @throws InputError where lengths do not fit. */
export function fitLogistic({ features, targets, weights, ridge = 1e-6 }: Regression): Coefficients {
  const n = targets.length
  const d = n === 0 ? 0 : features.length / n
  check(
    n > 0 && Number.isInteger(d),
    `logistic: expected rows for ${n} targets, got ${counted(features.length, 'number')}`,
  )
  const { means, deviations } = momentsOf(features, n, d)
  const rows = Float64Array.from(features, (value, at) => (value - means[at % d]!) / deviations[at % d]!)
  const likelihood = (place: Float64Array) => likelihoodAt(place, { rows, targets, weights, ridge })
  const found = maximise(likelihood, new Float64Array(d + 1))
  const coefficients = Array.from(found.subarray(1), (value, k) => value / deviations[k]!)
  const intercept = coefficients.reduce((sum, value, k) => sum - value * means[k]!, found[0]!)
  return { intercept, coefficients }
}

interface Standardised {
  readonly rows: Float64Array
  readonly targets: ArrayLike<number>
  readonly weights: ArrayLike<number> | undefined
  readonly ridge: number
}

/** Σ wᵢ (tᵢ zᵢ − ln(1 + e^zᵢ)) − ½ ridge ‖β‖², z = β₀ + β x. */
function likelihoodAt(place: Float64Array, { rows, targets, weights, ridge }: Standardised): Local {
  const d = place.length - 1
  const gradient = new Float64Array(d + 1)
  const curvature = new Float64Array((d + 1) ** 2)
  const x = new Float64Array(d + 1)
  x[0] = 1
  let value = 0
  for (let i = 0; i < targets.length; i++) {
    for (let k = 0; k < d; k++) x[k + 1] = rows[i * d + k]!
    let z = 0
    for (let k = 0; k <= d; k++) z += x[k]! * place[k]!
    const [weight, p] = [weights?.[i] ?? 1, sigmoid(z)]
    value += weight * (targets[i]! * z - Math.max(z, 0) - Math.log1p(Math.exp(-Math.abs(z))))
    const [slope, bend] = [weight * (targets[i]! - p), weight * p * (1 - p)]
    for (let j = 0; j <= d; j++) {
      gradient[j]! += slope * x[j]!
      for (let k = 0; k <= d; k++) curvature[j * (d + 1) + k]! += bend * x[j]! * x[k]!
    }
  }
  for (let k = 1; k <= d; k++) {
    value -= (ridge * place[k]! ** 2) / 2
    gradient[k]! -= ridge * place[k]!
    curvature[k * (d + 1) + k]! += ridge
  }
  return { value, gradient, curvature }
}

function momentsOf(features: Float64Array, n: number, d: number) {
  const means = new Float64Array(d)
  const deviations = new Float64Array(d)
  for (let at = 0; at < features.length; at++) means[at % d]! += features[at]! / n
  for (let at = 0; at < features.length; at++) deviations[at % d]! += (features[at]! - means[at % d]!) ** 2 / n
  return { means, deviations: deviations.map((variance) => (variance > 0 ? Math.sqrt(variance) : 1)) }
}
