import { type RiskCoverage, riskCoverage } from '../calibration/index.ts'
import type { Photo } from '../data/index.ts'
import { PairTally, type RetrievalOptions, type VerificationScores } from '../retrieval/index.ts'
import { labelsOf } from './protocol.ts'

/** Counts the pairs of a ranking as it goes on, and how sure and how right its first answers are: what is left out of a gallery is no pair. */
export function pairsOf(
  queries: readonly Photo[],
  gallery: readonly Photo[],
): {
  readonly count: NonNullable<RetrievalOptions['onRanked']>
  readonly scores: () => VerificationScores
  readonly risk: () => RiskCoverage | null
} {
  const known = labelsOf(queries)
  const tally = new PairTally(known, gallery === queries ? known : labelsOf(gallery))
  const firsts: { readonly similarity: number; readonly right: number }[] = []
  return {
    count: (query, order, similarities) => {
      const { identity } = queries[query]!
      const first = order[0]
      if (first !== undefined)
        firsts.push({ similarity: similarities[first]!, right: gallery[first]!.identity === identity ? 1 : 0 })
      for (const g of order) tally.add(similarities[g]!, gallery[g]!.identity === identity, query, g)
    },
    scores: () => tally.scores(),
    risk: () =>
      firsts.length === 0
        ? null
        : riskCoverage(
            firsts.map(({ similarity }) => similarity),
            firsts.map(({ right }) => right),
          ),
  }
}
