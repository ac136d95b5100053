import type { Averaging } from '../embedder/index.ts'
import type { PostProcessing } from '../retrieval/index.ts'

/** A way of embedding and ranking photos. */
export interface Trick {
  readonly tta: Averaging
  readonly postProcessing: PostProcessing
}

const [expansion, augmentation] = [{ alpha: 3, k: 2 }, { k: 2 }]
const rerank = { k1: 10, k2: 3, lambda: 0.3 }

/**
 * What `tune` tries: few values of each, for small galleries and for large ones. The paper's k₁ = 20 is made for galleries with many photos
 * of an individual.
 */
export const postProcessingGrid: readonly PostProcessing[] = [
  { queryExpansion: expansion },
  { queryExpansion: { alpha: 3, k: 5 } },
  { queryExpansion: { alpha: 1, k: 2 } },
  { databaseAugmentation: { k: 1 } },
  { databaseAugmentation: augmentation },
  { rerank: { k1: 5, k2: 1, lambda: 0.5 } },
  { rerank: { k1: 5, k2: 2, lambda: 0.3 } },
  { rerank },
  { rerank: { k1: 20, k2: 6, lambda: 0.3 } },
  { queryExpansion: expansion, rerank },
  { databaseAugmentation: augmentation, queryExpansion: expansion },
  { databaseAugmentation: augmentation, queryExpansion: expansion, rerank },
]

/** Every candidate besides plain cosines as the model is opened: the grid, and each other averaging alone. */
export function candidateTricks(own: Averaging, others: readonly Averaging[]): Trick[] {
  return [
    ...postProcessingGrid.map((postProcessing) => ({ tta: own, postProcessing })),
    ...others.map((tta) => ({ tta, postProcessing: {} })),
  ]
}
