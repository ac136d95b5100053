import { abs, add, and, exp, log, max, mul, neg, stopGradient, sub, type Value } from '../graph/index.ts'
import { anyOf, logSumExpOf, meanOver, type Pairs } from './pairs.ts'

/** m and γ of the loss. */
export interface CircleConfig {
  readonly margin: number
  readonly scale: number
}

/**
 * Mean of ln(1 + Σₙ e^(γ·[s + m]₊·(s − m)) · Σₚ e^(−γ·[1 + m − s]₊·(s − 1 + m))) over the photos that have both, the weights in [ ]₊ without
 * gradient (Sun et al., arXiv:2002.10857, eqs. 6 and 8 with O and Δ of section 3.2).
 */
export function circleLoss({ cosines, same, other }: Pairs, { margin, scale }: CircleConfig): Value {
  const ofSame = mul(stopGradient(max(sub(1 + margin, cosines), 0)), sub(cosines, 1 - margin))
  const ofOther = mul(stopGradient(max(add(cosines, margin), 0)), sub(cosines, margin))
  const exponent = add(logSumExpOf(mul(ofSame, -scale), same), logSumExpOf(mul(ofOther, scale), other)) // [A, 1]
  return meanOver(softplus(exponent), and(anyOf(same), anyOf(other)))
}

/** ln(1 + eˣ) without overflow. */
function softplus(x: Value): Value {
  return add(max(x, 0), log(add(exp(neg(abs(x))), 1)))
}
