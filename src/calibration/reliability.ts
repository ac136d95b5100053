import { check, counted } from '../base/index.ts'

/** Answers of nearly one probability. */
export interface ReliabilityBin {
  /** Probabilities from `low` up to, but without, `high`; 1 is in the last bin. */
  readonly low: number
  readonly high: number
  /** Weight of the answers in it. */
  readonly count: number
  /** Their mean probability, and how often they were right; both 0 where there are none. */
  readonly probability: number
  readonly right: number
}

/** How far probabilities are from what happened. */
export interface Reliability {
  /** Σ_b n_b / n · |mean probability_b − share right_b|: 0 where probabilities hold. */
  readonly ece: number
  readonly bins: readonly ReliabilityBin[]
}

/** Twenty bins, each a twentieth wide. */
export const reliabilityBins = 20

/**
 * Expected calibration error over bins of one width (Naeini et al., 2015; Guo et al., arXiv:1706.04599), and the reliability curve.
 * @throws InputError where lengths differ, and for a probability outside of 0 to 1.
 */
export function reliabilityOf(
  probabilities: ArrayLike<number>,
  right: ArrayLike<number>,
  {
    weights,
    bins = reliabilityBins,
  }: { readonly weights?: ArrayLike<number> | undefined; readonly bins?: number } = {},
): Reliability {
  check(
    right.length === probabilities.length,
    `reliability: ${counted(right.length, 'outcome')} of ${counted(probabilities.length, 'answer')}`,
  )
  const sums = Array.from({ length: bins }, () => ({ count: 0, probability: 0, right: 0 }))
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i]!
    check(p >= 0 && p <= 1, `reliability: answer ${i}: expected a probability from 0 to 1, got ${p}`)
    const bin = sums[Math.min(bins - 1, Math.floor(p * bins))]!
    const weight = weights?.[i] ?? 1
    bin.count += weight
    bin.probability += weight * p
    bin.right += weight * right[i]!
  }
  const all = sums.reduce((sum, { count }) => sum + count, 0)
  return {
    ece: sums.reduce((sum, bin) => sum + Math.abs(bin.probability - bin.right), 0) / Math.max(all, Number.EPSILON),
    bins: sums.map(({ count, probability, right: hits }, b) => ({
      low: b / bins,
      high: (b + 1) / bins,
      count,
      probability: count === 0 ? 0 : probability / count,
      right: count === 0 ? 0 : hits / count,
    })),
  }
}

/**
 * The ECE that these bins have on average where every probability holds and answers do not depend on each other: they are few, and some bins are off by
 * luck. Σ_b E|X_b − n_b p_b| / n, where X_b is binomial with the bin's n_b answers (the count, rounded) and mean probability p_b. The mean deviation is De Moivre's
 * 2 ν C(n, ν) p^ν (1 − p)^(n − ν + 1) with ν = ⌊n p⌋ + 1 (Diaconis & Zabell, Statistical Science 6(3), 1991). Photos of one animal do depend on each other,
 * and answers of unequal weights are fewer than their count: luck is then larger than this. 0 without answers.
 */
export function eceOfLuck(bins: readonly Pick<ReliabilityBin, 'count' | 'probability'>[]): number {
  const counted = bins.map(({ count, probability }) => ({ answers: Math.round(count), probability }))
  const all = counted.reduce((sum, { answers }) => sum + answers, 0)
  const off = counted.reduce((sum, { answers, probability }) => sum + meanDeviation(answers, probability), 0)
  return off / Math.max(all, 1)
}

/** E|X − n p| of a binomial X. */
function meanDeviation(n: number, p: number): number {
  if (n === 0 || p <= 0 || p >= 1) return 0
  const above = Math.floor(n * p) + 1
  let logChoose = 0
  for (let i = 1; i <= n - above; i++) logChoose += Math.log((above + i) / i)
  return 2 * above * Math.exp(logChoose + above * Math.log(p) + (n - above + 1) * Math.log(1 - p))
}
