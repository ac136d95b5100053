import type { Photo, Skipped } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { type Embeddings, identifyTop } from '../retrieval/index.ts'

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
  const known = withIdentity(gallery)
  const sameFile = new Map<string, number[]>()
  known.contentHashes.forEach((hash, i) => sameFile.set(hash, [...(sameFile.get(hash) ?? []), i]))
  const twins = queries.contentHashes.map((hash) => sameFile.get(hash) ?? [])
  const answer = (rows: readonly number[], out: readonly number[]): Identification[] => {
    const rest = out.length === 0 ? known : without(known, new Set(out))
    const leftOut = out.map((i) => known.photos[i]!)
    if (rest.photos.length === 0) return rows.map((row) => ({ photo: queries.photos[row]!, candidates: [], leftOut }))
    const identities = rest.photos.map(({ identity }) => identity!)
    const answers = identifyTop(pick(queries.embeddings, rows), rest.embeddings, identities, top)
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

function withIdentity(gallery: PhotoEmbeddings): PhotoEmbeddings {
  const unknown = gallery.photos.flatMap(({ identity }, i) => (identity === undefined ? [i] : []))
  return unknown.length === 0 ? gallery : without(gallery, new Set(unknown))
}

function without(set: PhotoEmbeddings, out: ReadonlySet<number>): PhotoEmbeddings {
  const rows = set.photos.flatMap((_, i) => (out.has(i) ? [] : [i]))
  return {
    embeddings: pick(set.embeddings, rows),
    photos: rows.map((i) => set.photos[i]!),
    contentHashes: rows.map((i) => set.contentHashes[i]!),
    skipped: set.skipped satisfies readonly Skipped[],
  }
}

function pick({ dim, data }: Embeddings, rows: readonly number[]): Embeddings {
  const out = new Float32Array(rows.length * dim)
  rows.forEach((row, i) => out.set(data.subarray(row * dim, (row + 1) * dim), i * dim))
  return { count: rows.length, dim, data: out }
}
