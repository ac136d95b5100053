import { check, counted, Rng } from '../base/index.ts'
import { type Curve, fitCurve, logLikelihoodRatio, towardsOne } from '../calibration/index.ts'
import { type Photo, photoKey } from '../data/index.ts'
import {
  type Adjust,
  comparePaired,
  type PairedScore,
  queryRecords,
  type RetrievalMetrics,
  type RetrievalOptions,
} from '../retrieval/index.ts'
import type { MatchKind } from './local-matching.ts'
import { placeTimeOf } from './place-time.ts'

/** What place and time change in the scores: `a` by looks alone, `b` with them, on the same queries; `difference` is b − a. */
export interface PriorScores {
  readonly kind: 'place-time'
  readonly queries: number
  /** Queries of whom a station or a time is known that the gallery has too; the others are ranked by looks alone. */
  readonly told: number
  readonly rank1: PairedScore
  readonly map: PairedScore
  readonly identityBalancedMap: PairedScore
}

/** Queries and the gallery that they meet; `leaveOut` says what they do not: their own file, and their own sighting where that is left out. */
export interface PriorTask {
  readonly queries: readonly Photo[]
  readonly gallery: readonly Photo[]
  readonly leaveOut: (query: number, photo: number) => boolean
}

/** A ranking by looks that is watched, and what it becomes with place and time. */
export interface PriorWatch {
  /** Whether something is known of a query. */
  readonly isTold: (query: number) => boolean
  /** To be told of every query's ranking by looks. */
  readonly count: OnRanked
  /** After that: ln λ(score) + ln factor in place of the scores by `looks`. */
  readonly adjust: (looks: Adjust | undefined) => Adjust
}

type OnRanked = NonNullable<RetrievalOptions['onRanked']>

/** One alone has nobody to be told from, and as many must be held out. */
const fewestIndividuals = 4

const mostFolds = 5

/** Pairs of two individuals are drawn where there are more. */
const mostPairs = 60_000

/**
 * Whether place and time help to rank: each photo of the gallery by ln λ + ln f in place of its similarity. f is the factor of its individual, as
 * `identify` tells it (`placeTimeOf`), from sightings that the query may meet: its own would know where and when it was. λ says how much likelier the
 * similarity is for one individual than for two: a logistic curve, fitted on pairs of photos of which neither shows an individual of the query's fold, so that no query has a
 * part in what its own similarities are worth. Of matched coats, whose similarities crowd below 1, the curve is over −ln(1 − s). What is equal by both
 * stays in the order of looks, so that factors which are all 1 change nothing, and a curve that says nothing leaves the rest to looks.
 * @throws InputError where no query has a station or a time that the gallery has too, and with too few individuals.
 */
export function watchPrior({ queries, gallery, leaveOut }: PriorTask, match: MatchKind | undefined): PriorWatch {
  const rows = gallery.map((_, photo) => photo)
  const own = queries.map((_, query) => rows.filter((photo) => leaveOut(query, photo)))
  const factors = placeTimeOf(gallery, queries, own)
  const isTold = (query: number) => factors[query] !== undefined
  check(
    queries.some((_, query) => isTold(query)),
    '`prior: "place-time"`: no photo has a station or a time that the gallery has too, expected a column `camera` (or `station`) or `timestamp`',
    '`columns: {"camera":"…"}` names the column of stations and `columns: {"timestamp":"…"}` that of times; or leave out `prior`',
  )
  const { foldOf, folds } = dealt({ queries, gallery, leaveOut })
  const evidence = match === undefined ? (score: number) => score : towardsOne
  const drawn: DrawnPair[] = []
  const rate = Math.min(1, mostPairs / (queries.length * gallery.length))
  const count: OnRanked = (query, order, similarities) => {
    const rng = new Rng(0).fork('pairs of a prior').fork(query)
    const name = queries[query]!.identity!
    for (const photo of [...order].sort((a, b) => a - b)) {
      const other = gallery[photo]!.identity!
      const same = other === name ? 1 : 0
      if (same === 0 && !rng.chance(rate)) continue
      const sides = [foldOf.get(name)!, foldOf.get(other)!] as const
      drawn.push({ score: evidence(similarities[photo]!), same, weight: same === 1 ? 1 : 1 / rate, sides })
    }
  }
  const adjust: PriorWatch['adjust'] = (looks) => {
    const curves = Array.from({ length: folds }, (_, fold) =>
      learnt(drawn.filter(({ sides }) => !sides.includes(fold))),
    )
    return (query, similarities) => {
      const seen = looks?.(query, similarities) ?? similarities
      const known = factors[query]
      const factorOf = (photo: number) => known?.get(gallery[photo]!.identity!) ?? 1 // nothing is known of where it was
      if (gallery.every((_, photo) => factorOf(photo) === 1)) return seen
      const { curve, prior } = curves[foldOf.get(queries[query]!.identity!)!]!
      const together = Float64Array.from(
        seen,
        (score, photo) => logLikelihoodRatio(curve, evidence(score), prior) + Math.log(factorOf(photo)),
      )
      return placesBy(together, seen)
    }
  }
  return { isTold, count, adjust }
}

/** Tells both of every ranking. */
export function watchedBy(pairs: { readonly count: OnRanked }, prior: PriorWatch | undefined): OnRanked {
  return (...ranked) => {
    pairs.count(...ranked)
    prior?.count(...ranked)
  }
}

/** What was scored by looks, and what scores the same photos again. */
interface ScoredByLooks {
  readonly metrics: RetrievalMetrics
  readonly photos: readonly Photo[]
  readonly scoredBy: (adjust: Adjust) => RetrievalMetrics
}

/** Scores once more, with place and time, and compares. */
export function priorScores(
  { isTold, adjust }: PriorWatch,
  looks: Adjust | undefined,
  { metrics, photos, scoredBy }: ScoredByLooks,
): PriorScores {
  const records = ({ perQuery }: RetrievalMetrics) => queryRecords(perQuery, (query) => photoKey(photos[query]!))
  const { queries, scores } = comparePaired(records(metrics), records(scoredBy(adjust(looks))))
  const { rank1, map, identityBalancedMap } = scores
  const told = metrics.perQuery.filter(({ query }) => isTold(query)).length
  return { kind: 'place-time', queries, told, rank1: rank1!, map: map!, identityBalancedMap: identityBalancedMap! }
}

/** Where each stands from below by `first`, then by `second`; what is equal by both stands at one place. Scores themselves would be equal too early in float32. */
function placesBy(first: Float64Array, second: Float32Array): Float32Array {
  const apart = (a: number, b: number) => first[a]! - first[b]! || second[a]! - second[b]!
  const order = Array.from(first, (_, i) => i).sort(apart)
  const places = new Float32Array(first.length)
  order.forEach((i, at) => {
    const before = order[at - 1] ?? i
    places[i] = places[before]! + (apart(before, i) === 0 ? 0 : 1)
  })
  return places
}

/** A pair of photos with the folds of both individuals. */
interface DrawnPair {
  readonly score: number
  readonly same: 0 | 1
  readonly weight: number
  readonly sides: readonly [number, number]
}

function learnt(pairs: readonly DrawnPair[]): { readonly curve: Curve; readonly prior: number } {
  const weights = pairs.map(({ weight }) => weight)
  const same = pairs.map((pair) => pair.same)
  const curve = fitCurve('logistic', { scores: pairs.map(({ score }) => score), same, weights })
  const [own, all] = pairs.reduce(([own, all], { same, weight }) => [own + same * weight, all + weight], [0, 0])
  return { curve, prior: own / all }
}

/** Individuals dealt into folds; those that a photo can be found by evenly. */
function dealt({ queries, gallery, leaveOut }: PriorTask): {
  readonly foldOf: ReadonlyMap<string, number>
  readonly folds: number
} {
  const found = new Set(
    queries.flatMap(({ identity }, query) =>
      gallery.some((photo, g) => photo.identity === identity && !leaveOut(query, g)) ? [identity!] : [],
    ),
  )
  check(
    found.size >= fewestIndividuals,
    `\`prior: "place-time"\`: ${counted(found.size, 'individual has', 'individuals have')} a photo and another one to be found by, expected ${fewestIndividuals} at least`,
    'what similarities are worth beside place and time is learnt from other individuals',
  )
  const folds = Math.min(mostFolds, Math.floor(found.size / 2))
  const names = [...new Set([...queries, ...gallery].flatMap(({ identity }) => identity ?? []))].sort()
  const order = new Rng(0).fork('folds of a prior').shuffle(names)
  const inTurn = [...order.filter((name) => found.has(name)), ...order.filter((name) => !found.has(name))]
  return { folds, foldOf: new Map(inTurn.map((name, i) => [name, i % folds])) }
}
