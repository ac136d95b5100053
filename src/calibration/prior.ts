import { check } from '../base/index.ts'
import { logit, sigmoid } from './logistic.ts'

/**
 * A probability under another prior: odds′ = odds · (π′ / (1 − π′)) / (π / (1 − π)), where π was the share of pairs of one individual that the
 * probability was learnt on and π′ is the share now (Saerens, Latinne and Decaestecker, 2002). What a score looks like for pairs of one individual and for
 * pairs of two is taken to be the same. @throws InputError for priors that are not between 0 and 1.
 */
export function withPrior(probability: number, learnt: number, now: number): number {
  for (const prior of [learnt, now])
    check(prior > 0 && prior < 1, `prior: expected a number between 0 and 1, got ${prior}`)
  if (probability === 0 || probability === 1) return probability
  return sigmoid(logit(probability) + logit(now) - logit(learnt))
}
