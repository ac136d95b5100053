/** How one query did: `matches[k − 1]` tells whether rank k shows the query's individual. */
export interface RankingScore {
  /** Gallery photos of the query's individual. */
  readonly positives: number
  /** Average precision, in [0, 1]. */
  readonly ap: number
  /** Inverse negative penalty, in (0, 1]: 1 when every positive stands before every negative. */
  readonly inp: number
  /** Rank of the first positive, from 1. */
  readonly firstMatch: number
}

/**
 * AP = Σₖ precision@k · match_k / positives, with precision@k = (matches among the first k) / k.
 * INP = positives / rank of the hardest positive (Ye et al., arXiv:2001.04193, eq. 2: its mean over queries is mINP).
 * Undefined for a ranking without a positive: such a query has nothing to find and is skipped by its caller.
 */
export function scoreRanking(matches: ArrayLike<number>): RankingScore | undefined {
  let positives = 0
  let precisions = 0
  let firstMatch = 0
  let lastMatch = 0
  for (let rank = 1; rank <= matches.length; rank++) {
    if (matches[rank - 1] === 0) continue
    positives++
    precisions += positives / rank
    if (firstMatch === 0) firstMatch = rank
    lastMatch = rank
  }
  if (positives === 0) return undefined
  return { positives, ap: precisions / positives, inp: positives / lastMatch, firstMatch }
}
