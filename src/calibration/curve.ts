import { fitIsotonic, type IsotonicCurve, isotonicAt, withDoubt } from './isotonic.ts'
import { fitPlatt, type LogisticCurve, logit, sigmoid } from './logistic.ts'
import type { ScoredPairs } from './scored-pairs.ts'

/** What makes a probability of a pair's score. */
export type Curve = IsotonicCurve | LogisticCurve

/** Curves that can be fitted. */
export const curveKinds = ['logistic', 'isotonic'] as const
/** One of `curveKinds`: logistic or isotonic. */
export type CurveKind = (typeof curveKinds)[number]

/** With fewer individuals no isotonic curve is taken: on 8 and on 16 nyala the logistic one had the smaller log loss on answers about others, and the smaller ECE (docs/answers.md). */
export const fewestForSteps = 20

/**
 * A curve that is never 0 or 1. With `scale: 'toOne'` a logistic one is over −ln(1 − score), which keeps 0.999 and 0.99999 apart: scores of matched places crowd
 * below 1. @throws InputError as `checkPairs`.
 */
export function fitCurve(kind: CurveKind, pairs: ScoredPairs, scale?: LogisticCurve['scale']): Curve {
  if (kind === 'isotonic') return fitIsotonic(withDoubt(pairs))
  if (scale === undefined) return fitPlatt(pairs)
  return { ...fitPlatt({ ...pairs, scores: Float64Array.from(pairs.scores, towardsOne) }), scale }
}

/** −ln(1 − s): how near to 1, as far as float32 tells. */
export function towardsOne(score: number): number {
  return -Math.log(Math.max(1 - score, 2 ** -24))
}

/** P(one individual | score), among pairs as those that the curve was fitted on. */
export function probabilityAt(curve: Curve, score: number): number {
  return curve.kind === 'isotonic' ? isotonicAt(curve, score) : sigmoid(oddsAt(curve, score))
}

/**
 * ln of P(score | one individual) / P(score | two) = logit p(score) − logit π, π the share of pairs of one individual that the curve was fitted on:
 * what the score says whatever a gallery's own share is.
 */
export function logLikelihoodRatio(curve: Curve, score: number, prior: number): number {
  const odds = curve.kind === 'logistic' ? oddsAt(curve, score) : logit(isotonicAt(curve, score))
  return odds - logit(prior)
}

function oddsAt({ intercept, slope, scale }: LogisticCurve, score: number): number {
  return intercept + slope * (scale === undefined ? score : towardsOne(score))
}

/** −Σ w (t ln p + (1 − t) ln(1 − p)) / Σ w of the pairs' labels under these probabilities: smaller is better. */
export function logLoss(probabilities: ArrayLike<number>, { same, weights }: Omit<ScoredPairs, 'scores'>): number {
  let [loss, all] = [0, 0]
  for (let i = 0; i < probabilities.length; i++) {
    const p = Math.min(1 - 1e-12, Math.max(1e-12, probabilities[i]!))
    const weight = weights?.[i] ?? 1
    loss -= weight * Math.log(same[i] === 1 ? p : 1 - p)
    all += weight
  }
  return loss / all
}
