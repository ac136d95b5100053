import { check, counted } from '../base/index.ts'
import { fusedScore, probabilityAt } from '../calibration/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { type Distances, forEachCosineRow } from '../retrieval/index.ts'
import type { CalibratedScores } from './calibration-record.ts'

/** More photos are not clustered at once: their table of distances and its working copy take 4 n² bytes, 1.6 GB. */
export const clusteredAtMost = 20_000

/** 1 − the probability that two photos show one individual, or without a calibration 1 − their cosine. @throws InputError for photos that cannot be compared so. */
export function pairDistances({ embeddings }: PhotoEmbeddings, scores: CalibratedScores | undefined): Distances {
  const n = embeddings.count
  checkCount(n)
  const { fusion } = embeddings
  check(fusion === undefined, 'cluster: ranks are no similarities of pairs', 'fuse with `fusion: "similarities"`')
  const values = new Float32Array((n * (n - 1)) / 2)
  let at = 0
  forEachCosineRow(embeddings, embeddings, (i, similarities) => {
    for (let j = i + 1; j < n; j++) values[at++] = 1 - scoreOf(similarities[j]!, scores)
  })
  return { n, values }
}

function scoreOf(similarity: number, scores: CalibratedScores | undefined): number {
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
