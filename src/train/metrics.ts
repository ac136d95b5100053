import type { RetrievalMetrics } from '../retrieval/index.ts'

/** The scores of a run's metrics.json; null each where nothing was set aside to measure on. */
export function scoresOf(measured: RetrievalMetrics | undefined) {
  return measured === undefined ? { split: 'none', ...unmeasured } : { split: 'validation', ...summaryOf(measured) }
}

function summaryOf({
  rank1,
  rank5,
  rank10,
  map,
  identityBalancedMap,
  minp,
  queries,
  skipped,
  identities,
}: RetrievalMetrics) {
  return { rank1, rank5, rank10, map, identityBalancedMap, minp, queries, skipped, identities }
}

/** The same keys in the metrics of a run that set nothing aside. */
const unmeasured = {
  rank1: null,
  rank5: null,
  rank10: null,
  map: null,
  identityBalancedMap: null,
  minp: null,
  queries: null,
  skipped: null,
  identities: null,
} as const satisfies Record<keyof ReturnType<typeof summaryOf>, null>
