import type { RankingScore } from './average-precision.ts'
import { randomAp, randomApAtR, randomInp, randomRank } from './random-order.ts'

/** A score as a mean of what each query reached. */
interface Metric {
  /** Its name for people. */
  readonly label: string
  /** The mean over all queries, or the mean over individuals of the means over their queries. */
  readonly over: 'queries' | 'identities'
  /** What of a query's score it reads. */
  readonly reads: 'firstMatch' | 'ap' | 'apAtR' | 'inp'
  /** What a query reached, from 0 to 1. */
  readonly of: (query: RankingScore) => number
  /** What it would reach on average with its gallery in a random order. */
  readonly byChance: (positives: number, gallery: number) => number
}

/** Every score of a ranking: adding one is adding an entry. The order is that of printed tables. */
export const metricTable = {
  rank1: { label: 'rank-1', over: 'queries', ...within(1) },
  rank5: { label: 'rank-5', over: 'queries', ...within(5) },
  rank10: { label: 'rank-10', over: 'queries', ...within(10) },
  identityBalancedRank1: { label: 'identity-balanced rank-1', over: 'identities', ...within(1) },
  map: { label: 'mAP', over: 'queries', reads: 'ap', of: ({ ap }) => ap, byChance: randomAp },
  identityBalancedMap: {
    label: 'identity-balanced mAP',
    over: 'identities',
    reads: 'ap',
    of: ({ ap }) => ap,
    byChance: randomAp,
  },
  mapAtR: { label: 'mAP@R', over: 'queries', reads: 'apAtR', of: ({ apAtR }) => apAtR, byChance: randomApAtR },
  minp: { label: 'mINP', over: 'queries', reads: 'inp', of: ({ inp }) => inp, byChance: randomInp },
} as const satisfies Record<string, Metric>

/** The name of a score in `metrics.json`. */
export type MetricName = keyof typeof metricTable

/** A number for each score. */
export type Scores = Readonly<Record<MetricName, number>>

/** The scores in the order of printed tables. */
export const metricNames = Object.keys(metricTable) as readonly MetricName[]

/** What a score is called in tables for people: `identity-balanced mAP`. */
export function metricLabel(name: MetricName): string {
  return metricTable[name].label
}

/** A value for each score. */
export function forEachMetric<T>(value: (metric: Metric, name: MetricName) => T): Readonly<Record<MetricName, T>> {
  const entries = metricNames.map((name) => [name, value(metricTable[name], name)] as const)
  return Object.fromEntries(entries) as Record<MetricName, T>
}

function within(k: number): Pick<Metric, 'reads' | 'of' | 'byChance'> {
  return {
    reads: 'firstMatch',
    of: ({ firstMatch }) => (firstMatch <= k ? 1 : 0),
    byChance: (positives, gallery) => randomRank(k, positives, gallery),
  }
}
