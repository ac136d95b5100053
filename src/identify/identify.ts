import type { Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { identifyTop, type PostProcessing } from '../retrieval/index.ts'
import type { RankProgress } from './rank-progress.ts'
import { knownPhotos } from './rows.ts'

/** An individual that a photo may show. */
export interface Candidate {
  /** From 1, the most similar. */
  readonly rank: number
  readonly identity: string
  /** With its most similar photo: the cosine, −1 to 1, or after re-ranking 1 − distance, 0 to 1. */
  readonly similarity: number
  /** That photo. */
  readonly photo: Photo
}

/** A photo, and whom it may show, the most similar individual first. */
export interface Identification {
  readonly photo: Photo
  readonly candidates: readonly Candidate[]
  /** Gallery photos with the very same bytes, which were left out: they would answer with themselves. */
  readonly leftOut: readonly Photo[]
}

/** How answers are ranked. */
export interface IdentifyPhotosOptions extends RankProgress {
  /** Plain cosines unless given. */
  readonly postProcessing?: PostProcessing | undefined
}

/**
 * For each query photo the `top` most similar individuals of the gallery. A gallery photo whose file is the query's own, byte
 * for byte, is left out of its ranking. Photos of the gallery without an identity take no part.
 */
export function identifyPhotos(
  gallery: PhotoEmbeddings,
  queries: PhotoEmbeddings,
  top: number,
  { postProcessing, onRank }: IdentifyPhotosOptions = {},
): Identification[] {
  const known = knownPhotos(gallery)
  if (known.photos.length === 0) return queries.photos.map((photo) => ({ photo, candidates: [], leftOut: [] }))
  const sameFile = new Map<string, number[]>()
  known.contentHashes.forEach((hash, i) => sameFile.set(hash, [...(sameFile.get(hash) ?? []), i]))
  const twins = queries.contentHashes.map((hash) => sameFile.get(hash) ?? [])
  const identities = known.photos.map(({ identity }) => identity!)
  const leftOut = (query: number) => twins[query]!
  const answers = identifyTop(queries.embeddings, known.embeddings, identities, top, {
    postProcessing,
    leftOut,
    onQuery: onRank,
  })
  return answers.map(({ individuals }, query) => ({
    photo: queries.photos[query]!,
    candidates: individuals.map(({ photo, identity, score }, i) => ({
      rank: i + 1,
      identity,
      similarity: score,
      photo: known.photos[photo]!,
    })),
    leftOut: twins[query]!.map((i) => known.photos[i]!),
  }))
}
