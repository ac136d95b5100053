import { check, mean } from '../base/index.ts'
import { fewUnits, type Interval, intervalDefaults } from './bootstrap.ts'
import { type MetricName, metricNames, metricTable, type Scores } from './metric-table.ts'
import { numbered, quantiles, type ResampleOptions, resampleMeans } from './resample.ts'
import { byIdentity, chanceOf, meanOver } from './scores-of.ts'

/** How one query did by one model. What a model's file does not tell is not there, and its scores are not compared. */
export interface PairedQuery {
  /** The same name for the same photo in both models' lists. */
  readonly query: string
  readonly identity: string
  readonly ap: number
  /** Of the first photo of its individual, from 1. */
  readonly rank?: number | undefined
  readonly apAtR?: number | undefined
  readonly inp?: number | undefined
  /** Photos of its individual in its gallery, and all photos in it: what chance depends on. */
  readonly positives?: number | undefined
  readonly gallery?: number | undefined
}

/** One score of two models on the same queries. */
export interface PairedScore {
  readonly a: number
  readonly b: number
  /** b − a. */
  readonly difference: number
  /** Within what the difference lies, at 95 %. */
  readonly interval: Interval
  /** Two-sided: how often resampled individuals turn the difference's sign. */
  readonly p: number
  /** What a random order reaches on these queries in the gallery of either model; null where a list does not tell of galleries. */
  readonly chanceA: number | null
  readonly chanceB: number | null
}

/** One individual by two models: mean AP over its common queries. */
export interface PairedIdentity {
  readonly identity: string
  readonly queries: number
  readonly a: number
  readonly b: number
}

/** Two models on the queries that both have scored. */
export interface PairedComparison {
  readonly queries: number
  /** Queries of either model that the other one has not. */
  readonly onlyA: number
  readonly onlyB: number
  readonly identities: number
  /** Fewer than ten individuals: intervals and p are drawn from too few to be trusted. */
  readonly tooFew: boolean
  readonly scores: Readonly<Partial<Record<MetricName, PairedScore>>>
  /** Individuals with a higher mean AP by b, by a, and with the same. */
  readonly wins: number
  readonly losses: number
  readonly ties: number
  /** By falling difference. */
  readonly perIdentity: readonly PairedIdentity[]
}

/**
 * The paired bootstrap test of two models: of the queries that both have, whole individuals are drawn with replacement, and each draw
 * gives a difference b − a of every score. Interval: the 2.5 and 97.5 percentiles; p = 2 · min(share of differences ≤ 0, share ≥ 0), the
 * observed one counted in (Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 4.4). As both models answer the same
 * queries, what makes a query hard cancels out.
 * @throws InputError where the lists have fewer than two individuals in common, where a name stands twice in a list, and where the models know
 * a query as two individuals.
 */
export function comparePaired(
  a: readonly PairedQuery[],
  b: readonly PairedQuery[],
  options: Partial<ResampleOptions> = {},
): PairedComparison {
  const [ofA, ofB] = [byName(a), byName(b)]
  const common = a.flatMap((query) => {
    const other = ofB.get(query.query)
    return other === undefined ? [] : [{ a: query, b: other }]
  })
  check(common.length > 0, 'compare: the two models have no query in common', 'measure both on the same photos')
  for (const pair of common) {
    const [one, other] = [pair.a.identity, pair.b.identity]
    check(one === other, `compare: ${pair.a.query} shows '${one}' in one list of queries and '${other}' in the other`)
  }
  const perIdentity = identitiesOf(common)
  check(perIdentity.length > 1, 'compare: the common queries show one individual only, from which nothing can be drawn')
  return {
    queries: common.length,
    onlyA: ofA.size - common.length,
    onlyB: ofB.size - common.length,
    identities: perIdentity.length,
    tooFew: perIdentity.length < fewUnits,
    scores: scoresOf(common, options),
    wins: perIdentity.filter((one) => one.b - one.a > sameWithin).length,
    losses: perIdentity.filter((one) => one.a - one.b > sameWithin).length,
    ties: perIdentity.filter((one) => Math.abs(one.b - one.a) <= sameWithin).length,
    perIdentity,
  }
}

interface Common {
  readonly a: PairedQuery
  readonly b: PairedQuery
}

/** Rounding of what a file tells. */
const sameWithin = 1e-9

function byName(queries: readonly PairedQuery[]): Map<string, PairedQuery> {
  const names = new Map<string, PairedQuery>()
  for (const query of queries) {
    check(!names.has(query.query), `compare: the query ${query.query} stands twice in one list`)
    names.set(query.query, query)
  }
  return names
}

function identitiesOf(common: readonly Common[]): PairedIdentity[] {
  return [...byIdentity(common.map((pair) => ({ identity: pair.a.identity, ...pair })))]
    .map(([identity, own]) => ({
      identity,
      queries: own.length,
      a: mean(own.map((pair) => pair.a.ap)),
      b: mean(own.map((pair) => pair.b.ap)),
    }))
    .sort((x, y) => y.b - y.a - (x.b - x.a) || (x.identity < y.identity ? -1 : 1))
}

function scoresOf(common: readonly Common[], options: Partial<ResampleOptions>): PairedComparison['scores'] {
  const names = metricNames.filter((name) =>
    common.every((pair) => Number.isFinite(valueOf(name, pair.a)) && Number.isFinite(valueOf(name, pair.b))),
  )
  const differences = Float64Array.from(
    common.flatMap((pair) => names.map((name) => valueOf(name, pair.b) - valueOf(name, pair.a))),
  )
  const identity = numbered(common.map((pair) => pair.a.identity))
  const sides = [common.map((pair) => pair.a), common.map((pair) => pair.b)] as const
  const over = names.map((name) => metricTable[name].over)
  const { resamples = intervalDefaults.resamples, seed = intervalDefaults.seed } = options
  const byChance = sides.map(chanceTold)
  const drawn = resampleMeans({ values: differences, unit: identity, identity, over }, { resamples, seed })
  return Object.fromEntries(
    names.map((name, m) => {
      const of = (query: PairedQuery) => valueOf(name, query)
      const a = meanOver(sides[0], of, over[m]!)
      const b = meanOver(sides[1], of, over[m]!)
      const chance = { chanceA: byChance[0]?.[name] ?? null, chanceB: byChance[1]?.[name] ?? null }
      return [name, { a, b, difference: b - a, ...spread(drawn[m]!), ...chance }]
    }),
  )
}

function spread(differences: Float64Array): Pick<PairedScore, 'interval' | 'p'> {
  const [low, high] = quantiles(differences, [0.025, 0.975])
  const share = (holds: (difference: number) => boolean) =>
    (1 + differences.filter(holds).length) / (1 + differences.length)
  const worse = share((difference) => difference <= sameWithin)
  const better = share((difference) => difference >= -sameWithin)
  return { interval: [low!, high!], p: Math.min(1, 2 * Math.min(worse, better)) }
}

/** NaN for what a query does not tell. */
function valueOf(name: MetricName, { ap, rank, apAtR, inp }: PairedQuery): number {
  const told = { ap, apAtR, inp, firstMatch: rank }
  const { of, reads } = metricTable[name]
  if (told[reads] === undefined) return Number.NaN
  return of({ positives: 0, ap, apAtR: apAtR ?? 0, inp: inp ?? 0, firstMatch: rank ?? 0 })
}

/** What a random order reaches on one model's queries; null where one of them does not tell of its gallery. */
export function chanceTold(queries: readonly PairedQuery[]): Scores | null {
  const told = queries.flatMap(({ identity, positives, gallery }) =>
    positives === undefined || gallery === undefined ? [] : [{ identity, positives, gallery }],
  )
  return told.length === queries.length ? chanceOf(told) : null
}

/** The scores of one model's queries, as far as they tell of them. */
export function scoresTold(queries: readonly PairedQuery[]): Partial<Record<MetricName, number>> {
  const told = metricNames.filter((name) => queries.every((query) => Number.isFinite(valueOf(name, query))))
  return Object.fromEntries(
    told.map((name) => [name, meanOver(queries, (query) => valueOf(name, query), metricTable[name].over)]),
  )
}
