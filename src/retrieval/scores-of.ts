import { mean } from '../base/index.ts'
import { forEachMetric, type Scores } from './metric-table.ts'
import type { QueryScore } from './query-score.ts'

/** Every score of these queries; there is one at least. */
export function scoresOf(queries: readonly QueryScore[]): Scores {
  return forEachMetric(({ of, over }) => meanOver(queries, of, over))
}

/**
 * What a random order of each query's gallery reaches on average: the expected value of every score on the same queries, galleries and
 * positives, exact, without ties. A score near it says that the model knows nothing, however large it looks.
 */
export function chanceOf(queries: readonly Pick<QueryScore, 'identity' | 'positives' | 'gallery'>[]): Scores {
  return forEachMetric(({ byChance, over }) => {
    const known = new Map<string, number>() // queries of one individual mostly have the same numbers
    const value = ({ positives, gallery }: Pick<QueryScore, 'positives' | 'gallery'>) => {
      const key = `${positives} ${gallery}`
      const found = known.get(key) ?? byChance(positives, gallery)
      known.set(key, found)
      return found
    }
    return meanOver(queries, value, over)
  })
}

/** The mean of a value over queries, or over individuals of the means over their queries. */
export function meanOver<Q extends { readonly identity: string }>(
  queries: readonly Q[],
  value: (query: Q) => number,
  over: 'queries' | 'identities',
): number {
  if (over === 'queries') return mean(queries.map(value))
  return mean([...byIdentity(queries).values()].map((own) => mean(own.map(value))))
}

/** The queries of each individual, individuals by name: sums do not depend on the order of photos. */
export function byIdentity<Q extends { readonly identity: string }>(queries: readonly Q[]): Map<string, Q[]> {
  const groups = new Map<string, Q[]>()
  for (const query of queries) {
    const known = groups.get(query.identity)
    if (known === undefined) groups.set(query.identity, [query])
    else known.push(query)
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
}
