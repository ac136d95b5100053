import { mean } from '../base/index.ts'
import { checkFound } from './labels.ts'
import type { Scores } from './metric-table.ts'
import type { QueryScore } from './query-score.ts'
import { byIdentity, scoresOf } from './scores-of.ts'

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
export interface RetrievalMetrics extends Scores {
  /** cmc[k − 1] is rank-k for k = 1 … 20: the share of queries whose first k photos show their individual (cumulative match characteristic). */
  readonly cmc: readonly number[]
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
    ...scoresOf(scores),
    cmc,
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
  const groups = byIdentity(scores)
  const names = [...new Set([...galleryIdentities, ...queryIdentities])].sort((a, b) => (a < b ? -1 : 1))
  return names.map((identity) => {
    const own = groups.get(identity) ?? []
    return {
      identity,
      photos: photos.get(identity) ?? 0,
      queries: own.length,
      ap: own.length === 0 ? null : mean(own.map(({ ap }) => ap)),
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
