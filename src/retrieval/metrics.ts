import { mean } from '../base/index.ts'
import type { RankingScore } from './average-precision.ts'
import { checkFound } from './labels.ts'

/** How one query did: average precision, ranks, and what it was ranked against. */
export interface QueryScore extends RankingScore {
  /** Its index among the queries. */
  readonly query: number
  readonly identity: string
  /** Gallery photos it was ranked against. */
  readonly gallery: number
  /** Gallery index of the photo at rank 1. */
  readonly nearest: number
  /** How many of its similarities another photo of its gallery has too. */
  readonly tied: number
}

/** How one individual's photos did as queries. */
export interface IdentityScore {
  readonly identity: string
  /** Its photos in the gallery. */
  readonly photos: number
  /** Its photos that were scored as queries. */
  readonly queries: number
  /** Mean AP over those queries; null where none could be scored. */
  readonly ap: number | null
}

/** How well photos find others of their individual, all shares from 0 to 1; see docs/metrics.md for each formula. */
export interface RetrievalMetrics {
  /** Share of queries whose first k photos show their individual at least once. */
  readonly rank1: number
  readonly rank5: number
  readonly rank10: number
  /** The same for k = 1 … 20 (cumulative match characteristic): cmc[k − 1] is rank-k. */
  readonly cmc: readonly number[]
  /** Mean AP over queries. */
  readonly map: number
  /** Mean over identities of the mean AP inside each: the competition's metric. */
  readonly identityBalancedMap: number
  /** Mean INP over queries. */
  readonly minp: number
  /** Queries scored. */
  readonly queries: number
  /** Queries left out because the gallery held no positive for them. */
  readonly skipped: number
  /** Identities among the gallery's photos. */
  readonly identities: number
  /** Photos in the gallery. */
  readonly photos: number
  /** Share of similarities, over all scored queries, that another photo of the same query's gallery has too. */
  readonly tieRate: number
  /** Every identity that is in the gallery or among the queries, by name (code points). */
  readonly perIdentity: readonly IdentityScore[]
  /** The scored queries, in their order; the skipped ones are absent. */
  readonly perQuery: readonly QueryScore[]
}

const cmcLength = 20

/**
 * The means over scored queries. `tieRate` is weighted by gallery size, so that it is the share of all similarities.
 * @throws InputError where no query could be scored.
 */
export function summarise(
  scores: readonly QueryScore[],
  queryIdentities: readonly string[],
  galleryIdentities: readonly string[],
): RetrievalMetrics {
  checkFound(scores.length > 0, queryIdentities.length)
  const perIdentity = scoreIdentities(scores, queryIdentities, galleryIdentities)
  const cmc = Array.from({ length: cmcLength }, (_, k) => share(scores, (score) => score.firstMatch <= k + 1))
  return {
    rank1: cmc[0]!,
    rank5: cmc[4]!,
    rank10: cmc[9]!,
    cmc,
    map: mean(scores.map((score) => score.ap)),
    identityBalancedMap: mean(perIdentity.flatMap(({ ap }) => (ap === null ? [] : [ap]))),
    minp: mean(scores.map((score) => score.inp)),
    queries: scores.length,
    skipped: queryIdentities.length - scores.length,
    identities: perIdentity.filter(({ photos }) => photos > 0).length,
    photos: galleryIdentities.length,
    tieRate: sum(scores.map((score) => score.tied)) / sum(scores.map((score) => score.gallery)),
    perIdentity,
    perQuery: scores,
  }
}

function scoreIdentities(
  scores: readonly QueryScore[],
  queryIdentities: readonly string[],
  galleryIdentities: readonly string[],
): IdentityScore[] {
  const photos = countBy(galleryIdentities)
  const aps = new Map<string, number[]>()
  for (const { identity, ap } of scores) {
    const known = aps.get(identity)
    if (known === undefined) aps.set(identity, [ap])
    else known.push(ap)
  }
  const names = [...new Set([...galleryIdentities, ...queryIdentities])].sort((a, b) => (a < b ? -1 : 1))
  return names.map((identity) => {
    const own = aps.get(identity) ?? []
    return {
      identity,
      photos: photos.get(identity) ?? 0,
      queries: own.length,
      ap: own.length === 0 ? null : mean(own),
    }
  })
}

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

function share(scores: readonly QueryScore[], holds: (score: QueryScore) => boolean): number {
  return scores.filter(holds).length / scores.length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
