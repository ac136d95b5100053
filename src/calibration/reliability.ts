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
