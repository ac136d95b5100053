import type { Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { identifyTop } from '../retrieval/index.ts'
import { knownPhotos, pickRows, without } from './rows.ts'

/** An individual that a photo may show. */
export interface Candidate {
  /** From 1, the most similar. */
  readonly rank: number
  readonly identity: string
  /** Cosine with its most similar photo, −1 to 1. */
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

/**
 * For each query photo the `top` most similar individuals of the gallery. A gallery photo whose file is the query's own, byte
 * for byte, is left out of its ranking. Photos of the gallery without an identity take no part.
 */
export function identifyPhotos(gallery: PhotoEmbeddings, queries: PhotoEmbeddings, top: number): Identification[] {
  const known = knownPhotos(gallery)
  const sameFile = new Map<string, number[]>()
  known.contentHashes.forEach((hash, i) => sameFile.set(hash, [...(sameFile.get(hash) ?? []), i]))
  const twins = queries.contentHashes.map((hash) => sameFile.get(hash) ?? [])
  const answer = (rows: readonly number[], out: readonly number[]): Identification[] => {
    const rest = out.length === 0 ? known : without(known, new Set(out))
    const leftOut = out.map((i) => known.photos[i]!)
    if (rest.photos.length === 0) return rows.map((row) => ({ photo: queries.photos[row]!, candidates: [], leftOut }))
    const identities = rest.photos.map(({ identity }) => identity!)
    const answers = identifyTop(pickRows(queries.embeddings, rows), rest.embeddings, identities, top)
    return answers.map(({ individuals }, a) => ({
      photo: queries.photos[rows[a]!]!,
      candidates: individuals.map(({ photo, identity, score }, i) => ({
        rank: i + 1,
        identity,
        similarity: score,
        photo: rest.photos[photo]!,
      })),
      leftOut,
    }))
  }
  const common = twins.flatMap((out, row) => (out.length === 0 ? [row] : []))
  const results = new Map(answer(common, []).map((found, i) => [common[i]!, found]))
  return twins.map((out, row) => results.get(row) ?? answer([row], out)[0]!)
}
