import { type Photo, photoKey } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import {
  comparePaired,
  evaluateQueriesAgainstGallery,
  evaluateRetrieval,
  type OpenSetScores,
  type PairedComparison,
  type PairedScore,
  type PostProcessing,
  queryRecords,
  type RetrievalMetrics,
  type Scores,
  type Statistics,
  scoresOfQueries,
  statisticsOf,
} from '../retrieval/index.ts'
import { knownAndNew } from './known-and-new.ts'
import { labelsOf } from './protocol.ts'
import { knownPhotos } from './rows.ts'

/** The scores of one protocol, with chance and intervals. */
export interface ProtocolScores extends Scores, Statistics {
  readonly queries: number
  /** Queries without a photo to find. */
  readonly skipped: number
  /** In the gallery. */
  readonly photos: number
  readonly identities: number
}

/** How far a score falls when photos of the same encounter are left out, on the queries that both protocols score. */
export interface ProtocolGap {
  readonly queries: number
  readonly identities: number
  /** `a` with the same encounter left in, `b` without it; `difference` is b − a. */
  readonly rank1: PairedScore
  readonly identityBalancedMap: PairedScore
  /** The same encounter left in, on these queries alone, with chance and intervals. */
  readonly leftIn: Scores & Statistics
}

/** One model under every protocol that the photos allow; null for those that they do not. */
export interface ProtocolReport {
  /** Each photo against all others. */
  readonly allPhotos: ProtocolScores | null
  /** Each photo against those of other encounters; null where no encounters are known. */
  readonly otherEncounters: ProtocolScores | null
  /** The photos as queries against known individuals; null where there is no gallery. */
  readonly queriesAgainstGallery: (ProtocolScores & { readonly gallery: string }) | null
  /** A third of the individuals held out of the gallery. */
  readonly knownAndNew: OpenSetScores | null
  /** allPhotos against otherEncounters. */
  readonly gap: ProtocolGap | null
}

/** Photos of known individuals, and what they may be held against. */
export interface ProtocolInput {
  readonly photos: PhotoEmbeddings
  /** Other photos of known individuals. */
  readonly gallery?: { readonly source: string; readonly embedded: PhotoEmbeddings } | undefined
  /** What is done to rank; plain cosines unless given. */
  readonly postProcessing?: PostProcessing | undefined
  /** Decides who is held out; 0 unless given. */
  readonly seed?: number | undefined
}

/**
 * The scores of the same embeddings under each protocol. Where encounters are known, photos of the query's own individual and encounter are
 * left out of the gallery, and of the protocol with new individuals too; a gallery's photo that is the query's own file is left out as well.
 */
export function protocolsOf({ photos, gallery, postProcessing, seed = 0 }: ProtocolInput): ProtocolReport {
  const asked = knownPhotos(photos)
  const labelled = { embeddings: asked.embeddings, ...labelsOf(asked.photos), postProcessing }
  const byEncounter = asked.photos.some(({ encounter = '' }) => encounter !== '')
  const sameSighting = leftOutAmong(asked.photos)
  const all = hasPositive(asked, asked, (q, g) => q === g) ? evaluateRetrieval(labelled) : null
  const others =
    byEncounter && hasPositive(asked, asked, sameSighting)
      ? evaluateRetrieval({ ...labelled, excludeSame: 'encounter' })
      : null
  const known = gallery === undefined ? undefined : knownPhotos(gallery.embedded)
  const leftOut = known === undefined ? sameSighting : leftOutBetween(asked, known)
  return {
    allPhotos: all && protocolScores(all),
    otherEncounters: others && protocolScores(others),
    queriesAgainstGallery:
      known === undefined
        ? null
        : againstGallery(asked, known, { leaveOut: leftOut, postProcessing }, gallery?.source ?? ''),
    knownAndNew: knownAndNew({ queries: asked, gallery: known ?? asked, leftOut, postProcessing, seed }),
    gap: all && others && gapOf(all, others, asked.photos),
  }
}

type LeftOut = (query: number, gallery: number) => boolean

function againstGallery(
  queries: PhotoEmbeddings,
  gallery: PhotoEmbeddings,
  options: { readonly leaveOut: LeftOut; readonly postProcessing: PostProcessing | undefined },
  source: string,
): ProtocolReport['queriesAgainstGallery'] {
  if (!hasPositive(queries, gallery, options.leaveOut)) return null
  const metrics = evaluateQueriesAgainstGallery(
    { embeddings: queries.embeddings, ...labelsOf(queries.photos) },
    { embeddings: gallery.embeddings, ...labelsOf(gallery.photos) },
    options,
  )
  return { gallery: source, ...protocolScores(metrics) }
}

/** The photo itself, and photos of its individual and encounter. */
function leftOutAmong(photos: readonly Photo[]): LeftOut {
  return (q, g) => q === g || isSameSighting(photos[q]!, photos[g]!)
}

/** The photo's own file, and photos of its individual and encounter. */
function leftOutBetween(queries: PhotoEmbeddings, gallery: PhotoEmbeddings): LeftOut {
  return (q, g) =>
    queries.contentHashes[q] === gallery.contentHashes[g] || isSameSighting(queries.photos[q]!, gallery.photos[g]!)
}

function isSameSighting(a: Photo, b: Photo): boolean {
  return (a.encounter ?? '') !== '' && a.encounter === b.encounter && a.identity === b.identity
}

/** False where no query has a photo to find: of one protocol that is no reason to refuse the others. */
function hasPositive(queries: PhotoEmbeddings, gallery: PhotoEmbeddings, leftOut: LeftOut): boolean {
  return queries.photos.some(({ identity }, q) =>
    gallery.photos.some((photo, g) => photo.identity === identity && !leftOut(q, g)),
  )
}

function protocolScores({ perQuery, perIdentity: _, cmc: __, tieRate: ___, ...numbers }: RetrievalMetrics) {
  return { ...numbers, ...statisticsOf(perQuery) } satisfies ProtocolScores
}

/** Null where the two have one individual in common only. */
function gapOf(all: RetrievalMetrics, others: RetrievalMetrics, photos: readonly Photo[]): ProtocolGap | null {
  const records = ({ perQuery }: RetrievalMetrics) => queryRecords(perQuery, (query) => photoKey(photos[query]!))
  if (new Set(others.perQuery.map(({ identity }) => identity)).size < 2) return null
  const { queries, identities, scores }: PairedComparison = comparePaired(records(all), records(others))
  const both = new Set(others.perQuery.map(({ query }) => query))
  const same = all.perQuery.filter(({ query }) => both.has(query))
  return {
    ...{ queries, identities, rank1: scores.rank1!, identityBalancedMap: scores.identityBalancedMap! },
    leftIn: { ...scoresOfQueries(same), ...statisticsOf(same) },
  }
}
