import type { PostProcessing } from './post-processing.ts'

/** What is done with embeddings and rankings, in the order in which it is done; undefined where nothing is. */
export function postProcessingWords({
  databaseAugmentation,
  queryExpansion,
  rerank,
}: PostProcessing = {}): string | undefined {
  const steps = [
    ...(databaseAugmentation === undefined ? [] : [`database augmentation (${databaseAugmentation.k})`]),
    ...(queryExpansion === undefined ? [] : [`query expansion (α ${queryExpansion.alpha}, ${queryExpansion.k})`]),
    ...(rerank === undefined ? [] : [`re-ranking (k1 ${rerank.k1}, k2 ${rerank.k2}, λ ${rerank.lambda})`]),
  ]
  return steps.length === 0 ? undefined : steps.join(', ')
}
