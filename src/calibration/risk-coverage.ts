import { check, counted } from '../base/index.ts'

/** What is answered where only the surest answers are given. */
export interface RiskPoint {
  /** Answers at least as sure as this are given. */
  readonly threshold: number
  /** Their share of all. */
  readonly coverage: number
  /** Share of wrong ones among them. */
  readonly risk: number
}

/** How often answers are wrong, the less sure ones left out one after the other. */
export interface RiskCoverage {
  /** Area under risk over coverage: the mean over k of the risk of the k surest answers; 0 is best. */
  readonly aurc: number
  /** The share of wrong answers where all are given: the area of a confidence that says nothing. */
  readonly byChance: number
  /** From few answers to all, at most 101 of them. */
  readonly points: readonly RiskPoint[]
}

const mostPoints = 101

/**
 * The risk–coverage curve of answers that may be withheld (El-Yaniv and Wiener, 2010; AURC: Geifman and El-Yaniv, arXiv:1805.08206). Equally sure
 * answers are given together: of them each counts with their common share of wrong ones, so that their order decides nothing.
 * @throws InputError where lengths differ, or there are no answers.
 */
export function riskCoverage(confidence: ArrayLike<number>, right: ArrayLike<number>): RiskCoverage {
  const n = confidence.length
  check(
    n > 0 && right.length === n,
    `risk: expected outcomes for ${counted(n, 'answer')}, one at least, got ${right.length}`,
  )
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => confidence[b]! - confidence[a]!)
  const points: RiskPoint[] = []
  let [wrong, area] = [0, 0]
  for (let begin = 0; begin < n; ) {
    const threshold = confidence[order[begin]!]!
    let end = begin
    while (end < n && confidence[order[end]!] === threshold) end++
    const here = order.slice(begin, end).filter((i) => right[i] !== 1).length
    for (let k = begin + 1; k <= end; k++) area += (wrong + (here * (k - begin)) / (end - begin)) / k
    wrong += here
    points.push({ threshold, coverage: end / n, risk: wrong / end })
    begin = end
  }
  return { aurc: area / n, byChance: wrong / n, points: thinned(points) }
}

/** Evenly chosen, the first and the last among them. */
function thinned(points: readonly RiskPoint[]): RiskPoint[] {
  if (points.length <= mostPoints) return [...points]
  return Array.from({ length: mostPoints }, (_, i) => points[Math.round((i * (points.length - 1)) / (mostPoints - 1))]!)
}
