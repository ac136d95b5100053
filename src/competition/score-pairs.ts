import { invariant } from '../base/index.ts'
import { describePhoto, type Photo, type Skipped, type TestPairs } from '../data/index.ts'
import { clipScore, type Embeddings, pairSimilarities, shiftScore } from '../retrieval/index.ts'

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
 * The similarity of every pair of a competition, in its order, in [0, 1]. Pairs with a photo that was skipped get 0, the lowest;
 * how many there are is returned, to be told.
 */
export function scorePairs(
  pairs: TestPairs,
  { embeddings, photos, skipped }: ScoredPhotos,
  kind: ScoreKind,
): { readonly scores: Float32Array; readonly withoutPhoto: number } {
  const rowOf = new Map(photos.map(({ filename }, row) => [filename, row]))
  const rows = Int32Array.from(pairs.filenames, (filename) => rowOf.get(filename) ?? -1)
  const absent = pairs.filenames.filter((_, i) => rows[i] === -1)
  invariant(absent.length === skipped.length, `pairs with photos that are not there: ${absent}, ${names(skipped)}`)
  const query = pairs.queryIndex.map((i) => rows[i]!)
  const gallery = pairs.galleryIndex.map((i) => rows[i]!)
  const usable = Int32Array.from(query.keys()).filter((pair) => query[pair]! >= 0 && gallery[pair]! >= 0)
  const cosines = pairSimilarities(
    embeddings,
    usable.map((pair) => query[pair]!),
    usable.map((pair) => gallery[pair]!),
  )
  const scores = new Float32Array(query.length)
  usable.forEach((pair, i) => {
    scores[pair] = scoreOf[kind](cosines[i]!)
  })
  return { scores, withoutPhoto: query.length - usable.length }
}

function names(skipped: readonly Skipped[]): string {
  return skipped.map(({ photo }) => describePhoto(photo)).join(', ')
}
