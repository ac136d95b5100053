import { queryRecords, type RetrievalMetrics, statisticsOf } from '../retrieval/index.ts'

/**
 * The scores of a run's metrics.json, chance and intervals beside them, and how each photo did under the name that `nameOf` has for its
 * place among those set aside. Null each where nothing was set aside to measure on.
 */
export function scoresOf(measured: RetrievalMetrics | undefined, nameOf: (query: number) => string) {
  if (measured === undefined) return { split: 'none', ...unmeasured }
  const { perQuery } = measured
  const statistics = { ...statisticsOf(perQuery), perQuery: queryRecords(perQuery, nameOf) }
  return { split: 'validation', ...summaryOf(measured), ...statistics }
}

function summaryOf({
  rank1,
  rank5,
  rank10,
  identityBalancedRank1,
  map,
  identityBalancedMap,
  mapAtR,
  minp,
  queries,
  skipped,
  identities,
}: RetrievalMetrics) {
  const scores = { rank1, rank5, rank10, identityBalancedRank1, map, identityBalancedMap, mapAtR, minp }
  return { ...scores, queries, skipped, identities }
}

/** The same keys in the metrics of a run that set nothing aside. */
const unmeasured = {
  rank1: null,
  rank5: null,
  rank10: null,
  identityBalancedRank1: null,
  map: null,
  identityBalancedMap: null,
  mapAtR: null,
  minp: null,
  queries: null,
  skipped: null,
  identities: null,
} as const satisfies Record<keyof ReturnType<typeof summaryOf>, null>
