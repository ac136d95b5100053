import { check, counted } from '../base/index.ts'
import { fusedScore, probabilityAt } from '../calibration/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { type Distances, forEachCosineRow, triangleIndex } from '../retrieval/index.ts'
import type { CalibratedScores } from './calibration-record.ts'
import { checkNotRanks, type PlacesAmong } from './places-among.ts'

/** More photos are not clustered at once: their table of distances and its working copy take 4 n² bytes, 1.6 GB. */
export const clusteredAtMost = 20_000

/** What a pair's score is instead of its cosine: a probability by a calibration, or what matched places make of it. One of both at most. */
export interface PairScoring {
  readonly scores?: CalibratedScores | undefined
  /** Rows are those of the photos that are compared. */
  readonly places?: PlacesAmong | undefined
}

/**
 * 1 − the score of each two photos. A pair whose places are matched has two scores, one of either photo as the query, and the mean of both counts.
 * @throws InputError for photos that cannot be compared so.
 */
export function pairDistances(photos: PhotoEmbeddings, { scores, places }: PairScoring): Distances {
  const { embeddings } = photos
  const n = embeddings.count
  checkCount(n)
  checkNotRanks(photos)
  const values = new Float32Array((n * (n - 1)) / 2)
  if (places !== undefined)
    forEachCosineRow(embeddings, embeddings, (i, similarities) => {
      const scoreOf = places.of(i)
      for (let j = 0; j < n; j++)
        if (j !== i) values[triangleIndex(n, Math.min(i, j), Math.max(i, j))]! += (1 - scoreOf(j, similarities[j]!)) / 2
    })
  else {
    let at = 0
    forEachCosineRow(embeddings, embeddings, (i, similarities) => {
      for (let j = i + 1; j < n; j++) values[at++] = 1 - probabilityOf(similarities[j]!, scores)
    })
  }
  return { n, values }
}

/** The probability of two photos that are alike in all that their embeddings tell. */
export function highestProbability(scores: CalibratedScores): number {
  return probabilityOf(1, scores)
}

/** The similarity itself without a calibration. */
function probabilityOf(similarity: number, scores: CalibratedScores | undefined): number {
  return scores === undefined ? similarity : probabilityAt(scores.curve, fusedScore(scores.fusion, { similarity }))
}

/** @throws InputError for more photos than `clusteredAtMost`. */
export function checkCount(photos: number): void {
  check(
    photos <= clusteredAtMost,
    `cluster: expected at most ${counted(clusteredAtMost, 'photo')}, got ${photos}: the distances of all pairs would not fit into memory`,
    'cluster the photos of one place or season at a time',
  )
}
