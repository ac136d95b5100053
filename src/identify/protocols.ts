import { type Photo, photoKey } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import {
  type Adjust,
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
import { knownAndNew, openSetTask } from './known-and-new.ts'
import type { LocalTask } from './local-matching.ts'
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
  /** Places of the coat, where they are matched as well. */
  readonly places?: ProtocolPlaces | undefined
}

/** The protocols that rank queries by a gallery of their own. */
export type RankedProtocol = 'allPhotos' | 'otherEncounters' | 'queriesAgainstGallery' | 'knownAndNew'

/** How places of the coat join the similarities of each protocol: whom a query may not meet has no vote either, so that each is matched apart. */
export interface ProtocolPlaces {
  /** Matches the queries of the pass-th of so many tasks, and gives what becomes of their similarities. */
  readonly match: (task: LocalTask, pass: number, passes: number) => Promise<Adjust>
  /** Of the protocol that was asked for beside them, and need not be matched anew; undefined where that was another one. */
  readonly matched?: { readonly protocol: RankedProtocol; readonly adjust: Adjust } | undefined
}

/**
 * The scores of the same embeddings under each protocol. Where encounters are known, photos of the query's own individual and encounter are
 * left out of the gallery, and of the protocol with new individuals too; a gallery's photo that is the query's own file is left out as well.
 */
export async function protocolsOf({
  photos,
  gallery,
  postProcessing,
  seed = 0,
  places,
}: ProtocolInput): Promise<ProtocolReport> {
  const asked = knownPhotos(photos)
  const known = gallery === undefined ? undefined : knownPhotos(gallery.embedded)
  const byEncounter = asked.photos.some(({ encounter = '' }) => encounter !== '')
  const sameSighting = leftOutAmong(asked.photos)
  const leftOut = known === undefined ? sameSighting : leftOutBetween(asked, known)
  const taskOf = (others: PhotoEmbeddings, leaveOut: LeftOut) =>
    hasPositive(asked, others, leaveOut) && (places === undefined || hasSeveral(others))
      ? { queries: asked, gallery: others, leaveOut, postProcessing }
      : undefined
  const tasks = {
    allPhotos: taskOf(asked, (q, g) => q === g),
    otherEncounters: byEncounter ? taskOf(asked, sameSighting) : undefined,
    queriesAgainstGallery: known && taskOf(known, leftOut),
    knownAndNew: openSetTask({ queries: asked, gallery: known ?? asked, leftOut, postProcessing, seed }),
  }
  // of photos whose individual is only proposed the other matching has rows too
  const isSame =
    asked === photos && (places?.matched?.protocol !== 'queriesAgainstGallery' || known === gallery?.embedded)
  const adjust = await matchedBy(isSame ? places : places && { match: places.match }, tasks)
  const labelled = { embeddings: asked.embeddings, ...labelsOf(asked.photos), postProcessing }
  const all = tasks.allPhotos && evaluateRetrieval({ ...labelled, adjust: adjust.allPhotos })
  const others =
    tasks.otherEncounters &&
    evaluateRetrieval({ ...labelled, excludeSame: 'encounter', adjust: adjust.otherEncounters })
  const against = tasks.queriesAgainstGallery
  return {
    allPhotos: all === undefined ? null : protocolScores(all),
    otherEncounters: others === undefined ? null : protocolScores(others),
    queriesAgainstGallery:
      against === undefined
        ? null
        : { gallery: gallery?.source ?? '', ...againstGallery(against, adjust.queriesAgainstGallery) },
    knownAndNew: tasks.knownAndNew === undefined ? null : knownAndNew(tasks.knownAndNew, adjust.knownAndNew),
    gap: all === undefined || others === undefined ? null : gapOf(all, others, asked.photos),
  }
}

/** What becomes of the similarities of each protocol; nothing where no places are matched. */
async function matchedBy(
  places: ProtocolPlaces | undefined,
  tasks: Readonly<Record<RankedProtocol, LocalTask | undefined>>,
): Promise<Partial<Record<RankedProtocol, Adjust>>> {
  if (places === undefined) return {}
  const { match, matched } = places
  const left = (Object.keys(tasks) as RankedProtocol[]).flatMap((protocol) => {
    const task = tasks[protocol]
    return task === undefined || protocol === matched?.protocol ? [] : [{ protocol, task }]
  })
  const adjust: Partial<Record<RankedProtocol, Adjust>> =
    matched === undefined ? {} : { [matched.protocol]: matched.adjust }
  for (const [pass, { protocol, task }] of left.entries()) adjust[protocol] = await match(task, pass, left.length)
  return adjust
}

type LeftOut = (query: number, gallery: number) => boolean

function againstGallery(
  { queries, gallery, leaveOut, postProcessing }: LocalTask,
  adjust: Adjust | undefined,
): ProtocolScores {
  const metrics = evaluateQueriesAgainstGallery(
    { embeddings: queries.embeddings, ...labelsOf(queries.photos) },
    { embeddings: gallery.embeddings, ...labelsOf(gallery.photos) },
    { leaveOut, postProcessing, adjust },
  )
  return protocolScores(metrics)
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

/** Places of one individual alone say nothing. */
function hasSeveral({ photos }: PhotoEmbeddings): boolean {
  return new Set(photos.map(({ identity }) => identity)).size > 1
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
