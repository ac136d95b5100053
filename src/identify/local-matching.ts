import { check } from '../base/index.ts'
import { fusedScore, type PairFusion } from '../calibration/index.ts'
import { type MakeOnceOptions, type Photo, photoKey } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import {
  extractPhotos,
  type FusionConfig,
  fusedSimilarities,
  fusionOf,
  type LocalAnswer,
  type LocalExtractor,
  type LocalFeatures,
  type LocalMatch,
  localSimilarities,
  openMatcher,
  packFeatures,
  shortlistOf,
} from '../local/index.ts'
import type { Adjust, PostProcessing } from '../retrieval/index.ts'
import { forEachProcessedRow } from '../retrieval/index.ts'
import { ortBackend } from '../runtime/index.ts'
import { evidenceOf } from './evidence.ts'

/** local: matched places decide alone; fused: they add to the embedding's similarity. */
export type MatchKind = 'local' | 'fused'

/** Local features that are known already, by `featuresKey` of their photo. */
export type KnownFeatures = ReadonlyMap<string, LocalFeatures>

/** What places of coats are matched by, and who is told how far it is. */
export interface LocalMatching extends Pick<MakeOnceOptions, 'limitPixels' | 'cacheDir' | 'signal'> {
  readonly kind: MatchKind
  readonly extractor: LocalExtractor
  /** The extractor's own unless given. */
  readonly config?: FusionConfig | undefined
  /** How similarities and places become one score, as it was learnt; `fusedSimilarities` unless given. Of `fused` without post-processing only. */
  readonly fusion?: PairFusion | undefined
  /** Processor threads of the matching; all physical cores unless given. */
  readonly threads?: number | undefined
  /** Those that a gallery on disk has. */
  readonly known?: KnownFeatures | undefined
  /** Queries are tried mirrored too, which is told and joins no score. */
  readonly tryMirrored?: boolean | undefined
  readonly onLocal?: ((stage: LocalStage, done: number, total: number) => void) | undefined
}

/** finding: keypoints of photos; mirroring: those of queries that are mirrored; matching: queries with the gallery. */
export type LocalStage = 'finding' | 'mirroring' | 'matching'

/** Queries and the gallery that they are matched with; one and the same object twice for a set against itself. */
export interface LocalTask {
  readonly queries: PhotoEmbeddings
  readonly gallery: PhotoEmbeddings
  /** Photos of the gallery that a query may not meet. */
  readonly leaveOut: (query: number, photo: number) => boolean
  readonly postProcessing?: PostProcessing | undefined
}

/** Matches of every query, and what becomes of its similarities by them. */
export interface LocalResult {
  readonly adjust: Adjust
  /** A query's similarities by places alone, [P], as `local` has them: of what was matched for `fused` too. */
  readonly alone: (query: number) => Float32Array
  /** By query, of its shortlist by gallery photo. */
  readonly matches: readonly ReadonlyMap<number, LocalMatch>[]
  /** By query, of its shortlist, the query mirrored; empty where that was not tried. */
  readonly mirrored: readonly ReadonlyMap<number, LocalMatch>[]
}

/** What a photo's features are known by: its file's bytes, its box and its mask. */
export function featuresKey(photo: Photo, contentHash: string): string {
  return JSON.stringify([contentHash, photo.box ?? null, photo.mask?.sha256 ?? null])
}

/**
 * Matches each query with a shortlist of the gallery: the best by votes, and for `fused` as many that are the best by similarity. A gallery's
 * individuals, where they are known, vote together. @throws InputError for photos that cannot be read, and for `local` where the gallery shows one individual
 * alone: votes are weighed against other individuals; the signal's reason when it aborts.
 */
export async function matchLocally(matching: LocalMatching, task: LocalTask): Promise<LocalResult> {
  const { kind, extractor, config = fusionOf(extractor), fusion, threads, signal, onLocal } = matching
  const { queries, gallery, leaveOut } = task
  const individuals = individualsOf(gallery.photos)
  check(
    kind === 'fused' || new Set(individuals).size > 1,
    '`match: "local"`: the gallery shows one individual, expected two or more: a place says whom it shows only against the places of others',
    'leave out `match`',
  )
  const [asked, known] = await featuresOfBoth(matching, task)
  const mirror = matching.tryMirrored === true ? await mirrorOf(matching, queries) : undefined
  const best = kind === 'fused' ? mostSimilar(task, config.shortlist) : undefined
  const matcher = await openMatcher(packFeatures(known, extractor.dim), await ortBackend({ threads }), extractor.rule)
  const rows: LocalAnswer[] = []
  const mirrored: ReadonlyMap<number, LocalMatch>[] = []
  try {
    for (const [query, features] of asked.entries()) {
      signal?.throwIfAborted()
      onLocal?.('matching', query, queries.photos.length)
      const isOut = (photo: number) => leaveOut(query, photo)
      const answer = await matcher.answer(features, {
        neighbours: 4,
        individuals,
        leaveOut: isOut,
        shortlist: ({ photos }) => [
          ...new Set([...(best?.[query] ?? []), ...shortlistOf(photos, config.shortlist, isOut)]),
        ],
      })
      rows.push(answer)
      const turned = mirror?.(features, query)
      const chosen = [...answer.matches.keys()]
      if (turned === undefined) mirrored.push(new Map())
      else {
        const other = { neighbours: 4, individuals, leaveOut: isOut, shortlist: () => chosen }
        mirrored.push((await matcher.answer(turned, other)).matches)
      }
    }
  } finally {
    await matcher.release()
  }
  onLocal?.('matching', queries.photos.length, queries.photos.length)
  const alone = (query: number) => {
    const { votes, matches } = rows[query]!
    const byVotes = shortlistOf(votes.photos, config.shortlist, (photo) => leaveOut(query, photo))
    const verified = byVotes.flatMap((photo): [number, LocalMatch][] => {
      const match = matches.get(photo)
      return match === undefined ? [] : [[photo, match]]
    })
    return localSimilarities({ votes, matches: new Map(verified) }, config)
  }
  return {
    alone,
    adjust: (query, similarities) => {
      if (kind === 'local') return alone(query)
      const answer = rows[query]!
      if (fusion === undefined) return fusedSimilarities(similarities, answer, config)
      return similarities.map((similarity, photo) =>
        fusedScore(fusion, { similarity, local: evidenceOf(answer.matches.get(photo), config) }),
      )
    },
    matches: rows.map(({ matches }) => matches),
    mirrored,
  }
}

/** Features of queries and gallery, those that are known not found anew. */
async function featuresOfBoth(
  { extractor, known = new Map(), limitPixels, cacheDir, signal, onLocal }: LocalMatching,
  { queries, gallery }: LocalTask,
): Promise<[LocalFeatures[], LocalFeatures[]]> {
  const found = new Map(known)
  const missing = new Map<string, Photo>()
  for (const { photos, contentHashes } of [queries, gallery])
    photos.forEach((photo, i) => {
      const key = featuresKey(photo, contentHashes[i]!)
      if (!found.has(key)) missing.set(key, photo)
    })
  const onProgress = (done: number, total: number) => onLocal?.('finding', done, total)
  const made = await extractPhotos(extractor, [...missing.values()], { limitPixels, cacheDir, signal, onProgress })
  made.photos.forEach((photo, i) => found.set(featuresKey(photo, made.contentHashes[i]!), made.features[i]!))
  const of = ({ photos, contentHashes }: PhotoEmbeddings) =>
    photos.map((photo, i) => {
      const features = found.get(featuresKey(photo, contentHashes[i]!))
      check(features !== undefined, `${photoKey(photo)}: the file changed while it was read`, 'run it again')
      return features
    })
  return [of(queries), of(gallery)]
}

/** What each query's features are when it is mirrored: told by its features, or found in its photo mirrored. */
async function mirrorOf(
  { extractor, limitPixels, cacheDir, signal, onLocal }: LocalMatching,
  { photos }: PhotoEmbeddings,
): Promise<(features: LocalFeatures, query: number) => LocalFeatures> {
  if (extractor.mirrored !== undefined) return extractor.mirrored
  const onProgress = (done: number, total: number) => onLocal?.('mirroring', done, total)
  const made = await extractPhotos(extractor, photos, { mirrored: true, limitPixels, cacheDir, signal, onProgress })
  return (_, query) => made.features[query]!
}

/** Of each query the photos with the largest similarities. */
function mostSimilar({ queries, gallery, leaveOut, postProcessing }: LocalTask, most: number): number[][] {
  const best: number[][] = []
  const everyone = gallery.photos.map((_, photo) => photo)
  const leftOut = (query: number) => everyone.filter((photo) => leaveOut(query, photo))
  const [a, b] = [queries.embeddings, gallery.embeddings]
  forEachProcessedRow({ queries: a, gallery: b, postProcessing, leftOut }, (query, similarities) => {
    best[query] = shortlistOf(similarities, most, (photo) => leaveOut(query, photo))
  })
  return best
}

/** A number for each individual; photos of nobody known are each their own. */
function individualsOf(photos: readonly Photo[]): Int32Array {
  const numbers = new Map<string, number>()
  return Int32Array.from(photos, ({ identity }, photo) => {
    const name = identity === undefined ? `photo ${photo}` : `individual ${identity}`
    if (!numbers.has(name)) numbers.set(name, numbers.size)
    return numbers.get(name)!
  })
}
