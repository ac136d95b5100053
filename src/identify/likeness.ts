import type { PhotoEmbeddings } from '../embedder/index.ts'
import { forEachSimilarityRow, pickRows } from '../retrieval/index.ts'

/** What photos of a gallery have at least in common, whomever they show. */
export interface GalleryLikeness {
  /** The similarity that a photo of the gallery's kind of animal has with some photo of another individual. */
  readonly least: number
  /** Photos that this was measured on. */
  readonly photos: number
}

/** Fewer photos say too little of what else the animals may look like. */
const fewestPhotos = 20

/** More are not needed to know a low percentile. */
const mostPhotos = 200

/** The share of photos of the gallery's own kind that may be taken for another kind. */
const level = 0.01

/**
 * The first percentile, over photos of the gallery, of the similarity with the most similar photo of another individual. A new animal of the same kind is
 * as like the gallery as these are like each other, so that it lies below once in a hundred times (one in photos + 1 where there are fewer: conformal
 * prediction, Vovk et al., 2005); another species, or no animal, lies below as a rule. Undefined with too few photos or one individual only.
 */
export function likenessOf({ embeddings, photos, contentHashes }: PhotoEmbeddings): GalleryLikeness | undefined {
  if (photos.length < fewestPhotos || embeddings.fusion !== undefined) return undefined
  const step = Math.max(1, photos.length / mostPhotos)
  const asked = Array.from({ length: Math.min(photos.length, mostPhotos) }, (_, i) => Math.floor(i * step))
  const nearest: number[] = []
  forEachSimilarityRow(pickRows(embeddings, asked), embeddings, (i, row) => {
    const own = asked[i]!
    let best = Number.NEGATIVE_INFINITY
    row.forEach((similarity, g) => {
      const isOther = photos[g]!.identity !== photos[own]!.identity && contentHashes[g] !== contentHashes[own]
      if (isOther && similarity > best) best = similarity
    })
    if (best > Number.NEGATIVE_INFINITY) nearest.push(best)
  })
  if (nearest.length < fewestPhotos) return undefined
  nearest.sort((a, b) => a - b)
  return { least: nearest[Math.floor(level * nearest.length)]!, photos: nearest.length }
}

/** Of each query the similarity with its most similar photo of the gallery, its own file left out. */
export function nearestSimilarities(
  { embeddings: queries }: PhotoEmbeddings,
  { embeddings: gallery }: PhotoEmbeddings,
  leftOut: (query: number) => readonly number[],
): Float64Array {
  const nearest = new Float64Array(queries.count).fill(Number.NEGATIVE_INFINITY)
  forEachSimilarityRow(queries, gallery, (query, row) => {
    const out = new Set(leftOut(query))
    row.forEach((similarity, g) => {
      if (similarity > nearest[query]! && !out.has(g)) nearest[query] = similarity
    })
  })
  return nearest
}
