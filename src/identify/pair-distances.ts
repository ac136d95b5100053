import { check, counted } from '../base/index.ts'
import { fusedScore, type PairEvidence, type PairFusion, probabilityAt } from '../calibration/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { type Distances, forEachCosineRow, triangleIndex } from '../retrieval/index.ts'
import type { CalibratedScores } from './calibration-record.ts'
import type { PlacesAmong } from './places-among.ts'

/** More photos are not clustered at once: their table of distances and its working copy take 4 n² bytes, 1.6 GB. */
export const clusteredAtMost = 20_000

/** What makes a score of a pair, beside the cosine. */
export interface PairScoring {
  readonly scores?: CalibratedScores | undefined
  /** Rows are those of the photos that are compared. */
  readonly places?: PlacesAmong | undefined
}

/**
 * 1 − the probability that two photos show one individual, or without a calibration 1 − their score: the cosine, or what matched places make of it. A pair that
 * is matched has two scores, one of either photo as the query, and the mean of both counts. @throws InputError for photos that cannot be compared so.
 */
export function pairDistances({ embeddings }: PhotoEmbeddings, { scores, places }: PairScoring): Distances {
  const n = embeddings.count
  checkCount(n)
  const { fusion } = embeddings
  check(fusion === undefined, 'cluster: ranks are no similarities of pairs', 'fuse with `fusion: "similarities"`')
  const values = new Float32Array((n * (n - 1)) / 2)
  const scoreOf = scorerOf(scores?.fusion ?? places?.fusion ?? { kind: 'embedding' }, scores)
  let at = 0
  forEachCosineRow(embeddings, embeddings, (i, similarities) => {
    const placesOf = places?.of(i)
    const each = places === undefined ? i + 1 : 0
    for (let j = each; j < n; j++) {
      if (j === i) continue
      const score = scoreOf({ similarity: similarities[j]!, ...placesOf?.(j) })
      if (places === undefined) values[at++] = 1 - score
      else values[i < j ? triangleIndex(n, i, j) : triangleIndex(n, j, i)]! += (1 - score) / 2
    }
  })
  return { n, values }
}

function scorerOf(fusion: PairFusion, scores: CalibratedScores | undefined): (pair: PairEvidence) => number {
  if (scores === undefined) return (pair) => fusedScore(fusion, pair)
  return (pair) => probabilityAt(scores.curve, fusedScore(fusion, pair))
}

/** @throws InputError for more photos than `clusteredAtMost`. */
export function checkCount(photos: number): void {
  check(
    photos <= clusteredAtMost,
    `cluster: expected at most ${counted(clusteredAtMost, 'photo')}, got ${photos}: the distances of all pairs would not fit into memory`,
    'cluster the photos of one place or season at a time',
  )
}
