import type { Photo } from '../data/index.ts'
import { PairTally, type RetrievalOptions, type VerificationScores } from '../retrieval/index.ts'

/** Counts the pairs of a ranking as it goes on: what is left out of a gallery is no pair. */
export function pairsOf(
  queries: readonly Photo[],
  gallery: readonly Photo[],
): { readonly count: NonNullable<RetrievalOptions['onRanked']>; readonly scores: () => VerificationScores } {
  const tally = new PairTally()
  return {
    count: (query, order, similarities) => {
      const { identity } = queries[query]!
      for (const g of order) tally.add(similarities[g]!, gallery[g]!.identity === identity)
    },
    scores: () => tally.scores(),
  }
}
