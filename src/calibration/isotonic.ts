import { checkPairs, type ScoredPairs } from './scored-pairs.ts'

/** A rising curve through knots: linear between them, level beyond the first and the last. */
export interface IsotonicCurve {
  readonly kind: 'isotonic'
  /** Scores, rising. */
  readonly scores: readonly number[]
  /** The probability at each of them, rising. */
  readonly probabilities: readonly number[]
}

/** Pairs whose scores have one probability. */
interface Block {
  /** Weight of all pairs, and of those of one individual. */
  all: number
  same: number
  /** Sum of weight · score. */
  moment: number
}

/**
 * The rising step function nearest to the labels in least squares (pool adjacent violators: Ayer et al., 1955; Zadrozny and Elkan, 2002). Equal
 * scores are one step from the start. Each step is a knot at its mean score, and between knots probability rises linearly, so that no two
 * scores between the first and the last knot have one probability (WildFusion interpolates for the same reason: arXiv:2408.12934).
 * @throws InputError as `checkPairs`.
 */
export function fitIsotonic(pairs: ScoredPairs): IsotonicCurve {
  checkPairs(pairs)
  const blocks: Block[] = []
  for (const block of byScore(pairs)) {
    blocks.push(block)
    while (blocks.length > 1 && rate(blocks.at(-2)!) >= rate(blocks.at(-1)!)) {
      const last = blocks.pop()!
      const before = blocks.at(-1)!
      before.all += last.all
      before.same += last.same
      before.moment += last.moment
    }
  }
  return {
    kind: 'isotonic',
    scores: blocks.map(({ moment, all }) => moment / all),
    probabilities: blocks.map(rate),
  }
}

/** The probability of one individual at a score, 0 to 1. */
export function isotonicAt({ scores, probabilities }: IsotonicCurve, score: number): number {
  let [low, high] = [0, scores.length - 1]
  if (score <= scores[low]!) return probabilities[low]!
  if (score >= scores[high]!) return probabilities[high]!
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (scores[middle]! <= score) low = middle
    else high = middle
  }
  const share = (score - scores[low]!) / (scores[high]! - scores[low]!)
  return probabilities[low]! + share * (probabilities[high]! - probabilities[low]!)
}

/**
 * The same pairs with one pair of each kind at both ends: a curve through them is never 0 or 1, which no number of pairs proves.
 */
export function withDoubt({ scores, same, weights }: ScoredPairs): ScoredPairs {
  const [all, labels] = [Array.from(scores), Array.from(same)]
  const own = Array.from(scores, (_, i) => weights?.[i] ?? 1)
  const low = all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const high = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return { scores: [...all, low, low, high, high], same: [...labels, 0, 1, 0, 1], weights: [...own, 1, 1, 1, 1] }
}

/** A block for each score, rising. */
function byScore({ scores, same, weights }: ScoredPairs): Block[] {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  const blocks: Block[] = []
  let last = Number.NaN
  for (const i of order) {
    const [score, weight] = [scores[i]!, weights?.[i] ?? 1]
    if (score !== last) blocks.push({ all: 0, same: 0, moment: 0 })
    last = score
    const block = blocks.at(-1)!
    block.all += weight
    block.same += weight * same[i]!
    block.moment += weight * score
  }
  return blocks
}

function rate({ same, all }: Block): number {
  return same / all
}
