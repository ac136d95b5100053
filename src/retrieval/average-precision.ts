/** How one query did: `matches[k − 1]` tells whether rank k shows the query's individual. */
export interface RankingScore {
  /** Gallery photos of the query's individual. */
  readonly positives: number
  /** Average precision, in [0, 1]. */
  readonly ap: number
  /** Average precision at R, in [0, 1]: only the first R ranks count, R being the number of positives. */
  readonly apAtR: number
  /** Inverse negative penalty, in (0, 1]: 1 when every positive stands before every negative. */
  readonly inp: number
  /** Rank of the first positive, from 1. */
  readonly firstMatch: number
}

/**
 * AP = Σₖ precision@k · match_k / positives, with precision@k = (matches among the first k) / k.
 * AP@R = the same sum over k ≤ R, with R = positives (its mean is MAP@R: Musgrave et al., arXiv:2003.08505, section 3.2).
 * INP = positives / rank of the hardest positive (Ye et al., arXiv:2001.04193, eq. 2: its mean over queries is mINP).
 * Undefined for a ranking without a positive: such a query has nothing to find and is skipped by its caller.
 */
export function scoreRanking(matches: ArrayLike<number>): RankingScore | undefined {
  const ranks: number[] = []
  for (let rank = 1; rank <= matches.length; rank++) if (matches[rank - 1] !== 0) ranks.push(rank)
  const positives = ranks.length
  if (positives === 0) return undefined
  let [precisions, precisionsAtR] = [0, 0]
  ranks.forEach((rank, before) => {
    precisions += (before + 1) / rank
    if (rank <= positives) precisionsAtR = precisions
  })
  return {
    positives,
    ap: precisions / positives,
    apAtR: precisionsAtR / positives,
    inp: positives / ranks[positives - 1]!,
    firstMatch: ranks[0]!,
  }
}
