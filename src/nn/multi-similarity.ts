import { add, and, less, mul, reduceMean, sub, type Value } from '../graph/index.ts'
import { largestOf, logSumExpOf, type Pairs, smallestOf } from './pairs.ts'

/** α, β and λ of the loss, and ε of its miner. */
export interface MultiSimilarityConfig {
  readonly alpha: number
  readonly beta: number
  readonly base: number
  readonly epsilon: number
}

/**
 * (1/A) Σ [ln(1 + Σₚ e^(−α(s − λ)))/α + ln(1 + Σₙ e^(β(s − λ)))/β] over cosines s (Wang et al., arXiv:1904.06627, eq. 16). The miner
 * keeps an n nearer than the farthest p less ε, and a p farther than the nearest n and ε (eqs. 11 and 12).
 */
export function multiSimilarityLoss(pairs: Pairs, { alpha, beta, base, epsilon }: MultiSimilarityConfig): Value {
  const { cosines } = pairs
  const { same, other } = mined(pairs, epsilon)
  const shifted = sub(cosines, base)
  const own = mul(logSumExpOf(mul(shifted, -alpha), same, { plusOne: true }), 1 / alpha) // [A, 1]
  const others = mul(logSumExpOf(mul(shifted, beta), other, { plusOne: true }), 1 / beta) // [A, 1]
  return reduceMean(add(own, others))
}

function mined({ cosines, same, other }: Pairs, epsilon: number): Pick<Pairs, 'same' | 'other'> {
  const hard = less(smallestOf(cosines, same), add(cosines, epsilon))
  const far = less(sub(cosines, epsilon), largestOf(cosines, other))
  return { same: and(same, far), other: and(other, hard) }
}
