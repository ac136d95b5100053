import { invariant } from '../base/index.ts'
import { describePhoto, type Photo, type Skipped, type TestPairs } from '../data/index.ts'
import {
  type Adjust,
  clipScore,
  type Embeddings,
  forEachProcessedRow,
  isPlain,
  type PostProcessing,
  pairSimilarities,
  shiftScore,
} from '../retrieval/index.ts'

/** clip: negative cosines become 0; shift: (cos + 1) / 2, which keeps their order. */
export type ScoreKind = 'clip' | 'shift'

/** The photos that the pairs name, embedded: one row of `embeddings` each. */
export interface ScoredPhotos {
  readonly embeddings: Embeddings
  readonly photos: readonly Photo[]
  readonly skipped: readonly Skipped[]
}

const scoreOf = { clip: clipScore, shift: shiftScore } as const satisfies Record<ScoreKind, (cosine: number) => number>

/**
 * The similarity of every pair of a competition, in its order, in [0, 1]: a cosine made a score by `kind`, or after re-ranking
 * 1 − distance, which is one already. `adjust` changes a photo's similarities to all photos before that. All photos of the competition stand in each other's neighbourhoods, as they do in its ranking.
 * Pairs with a photo that was skipped get 0, the lowest; how many there are is returned, to be told.
 */
export function scorePairs(
  pairs: TestPairs,
  { embeddings, photos, skipped }: ScoredPhotos,
  kind: ScoreKind,
  postProcessing: PostProcessing = {},
  adjust?: Adjust,
): { readonly scores: Float32Array; readonly withoutPhoto: number } {
  const rowOf = new Map(photos.map(({ filename }, row) => [filename, row]))
  const rows = Int32Array.from(pairs.filenames, (filename) => rowOf.get(filename) ?? -1)
  const absent = pairs.filenames.filter((_, i) => rows[i] === -1)
  invariant(absent.length === skipped.length, `pairs with photos that are not there: ${absent}, ${names(skipped)}`)
  const query = pairs.queryIndex.map((i) => rows[i]!)
  const gallery = pairs.galleryIndex.map((i) => rows[i]!)
  const usable = Int32Array.from(query.keys()).filter((pair) => query[pair]! >= 0 && gallery[pair]! >= 0)
  const a = usable.map((pair) => query[pair]!)
  const b = usable.map((pair) => gallery[pair]!)
  const similarities =
    isPlain(postProcessing) && adjust === undefined
      ? pairSimilarities(embeddings, a, b)
      : processedPairs(embeddings, postProcessing, adjust, a, b)
  const score = postProcessing.rerank === undefined ? scoreOf[kind] : clipScore
  const scores = new Float32Array(query.length)
  usable.forEach((pair, i) => {
    scores[pair] = score(similarities[i]!)
  })
  return { scores, withoutPhoto: query.length - usable.length }
}

function processedPairs(
  embeddings: Embeddings,
  postProcessing: PostProcessing,
  adjust: Adjust | undefined,
  a: Int32Array,
  b: Int32Array,
): Float32Array {
  const pairsOf = new Map<number, number[]>()
  a.forEach((query, pair) => {
    const known = pairsOf.get(query)
    if (known === undefined) pairsOf.set(query, [pair])
    else known.push(pair)
  })
  const out = new Float32Array(a.length)
  forEachProcessedRow({ queries: embeddings, gallery: embeddings, postProcessing }, (query, row) => {
    const similarities = adjust?.(query, row) ?? row
    for (const pair of pairsOf.get(query) ?? []) out[pair] = similarities[b[pair]!]!
  })
  return out
}

function names(skipped: readonly Skipped[]): string {
  return skipped.map(({ photo }) => describePhoto(photo)).join(', ')
}
