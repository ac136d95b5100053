import { check, counted } from '../base/index.ts'
import { type Adjust, adjusted } from './adjust.ts'
import type { Embeddings } from './embeddings.ts'
import type { LeftOut } from './left-out.ts'
import { forEachProcessedRow, type PostProcessing } from './post-processing.ts'
import { rank } from './rank.ts'
import type { VisitRow } from './rerank.ts'

/** A gallery photo in a query's ranking. */
export interface RankedPhoto {
  /** Gallery index. */
  readonly photo: number
  readonly identity: string
  /**
   * Cosine with the query, in [−1, 1]; where ranks are fused, the fused score, in (0, 1]; after re-ranking 1 − distance, in [0, 1]. No
   * threshold of the one holds for the other.
   */
  readonly score: number
}

/** An individual in a query's ranking: its score and photo are those of its best photo. */
export type RankedIndividual = RankedPhoto

/** A query's ranking, by individual and by photo, most similar first. */
export interface QueryAnswer {
  readonly individuals: readonly RankedIndividual[]
  readonly photos: readonly RankedPhoto[]
}

/** How a gallery is asked. */
export interface IdentifyOptions {
  /** What is done to rank; plain cosines unless given. */
  readonly postProcessing?: PostProcessing | undefined
  /** What a row of similarities becomes after that. */
  readonly adjust?: Adjust | undefined
  /** Photos of the gallery that a query may not meet. */
  readonly leftOut?: LeftOut | undefined
  /** Called after each query: many against many take minutes. */
  readonly onQuery?: ((done: number, total: number) => void) | undefined
  /** Told of each query its gallery as it is ranked, without what is left out, and its similarities to all photos, which are reused. */
  readonly onRanked?: ((query: number, order: Int32Array, similarities: Float32Array) => void) | undefined
}

/**
 * For each query the k most similar individuals and the k most similar photos, best first; fewer where the gallery has
 * fewer. score(individual) = max over its photos of the similarity to the query; ties go to the lower gallery index.
 * @throws InputError for an empty gallery, labels that do not fit, k below 1, or embeddings that are not finite.
 */
export function identifyTop(
  queries: Embeddings,
  gallery: Embeddings,
  galleryIdentities: readonly string[],
  k: number,
  { postProcessing, adjust, leftOut = () => [], onQuery, onRanked }: IdentifyOptions = {},
): QueryAnswer[] {
  check(gallery.count > 0, 'identify: the gallery is empty')
  check(Number.isInteger(k) && k >= 1, `identify: expected k to be a whole number from 1, got ${k}`)
  check(
    galleryIdentities.length === gallery.count,
    `identify: expected ${counted(gallery.count, 'identity', 'identities')}, one for each gallery photo, got ${galleryIdentities.length}`,
  )
  const answers: QueryAnswer[] = []
  let done = 0
  const answer: VisitRow = (query, similarities) => {
    onQuery?.(++done, queries.count)
    const out = new Set(leftOut(query))
    const order = rank(similarities).filter((photo) => !out.has(photo))
    onRanked?.(query, order, similarities)
    const ranked = (photo: number) => ({ photo, identity: galleryIdentities[photo]!, score: similarities[photo]! })
    answers[query] = {
      individuals: bestPhotos(order, galleryIdentities, k).map(ranked),
      photos: Array.from(order.subarray(0, k), ranked),
    }
  }
  forEachProcessedRow({ queries, gallery, postProcessing, leftOut }, adjusted(answer, adjust))
  return answers
}

/** The first photo of each of the first k individuals met down the ranking. */
function bestPhotos(order: Int32Array, identities: readonly string[], k: number): number[] {
  const best = new Map<string, number>()
  for (const photo of order) {
    if (best.size === k) break
    if (!best.has(identities[photo]!)) best.set(identities[photo]!, photo)
  }
  return [...best.values()]
}
