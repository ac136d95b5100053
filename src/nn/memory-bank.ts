import { cast, concat, slice, staticDim, stopGradient, type Value } from '../graph/index.ts'
import { l2Normalise } from './losses.ts'
import type { Remembered } from './pairs.ts'
import type { Scope } from './scope.ts'

/**
 * The embeddings of the batches before, as further references for pairs (cross-batch memory, XBM, Wang et al., arXiv:1912.06798): a queue of
 * `size`, the newest first, empty before the first step. It is state that the step carries over: `embeddings` [M, D], L2-normalised, and
 * `labels` [M], −1 where a place is empty. This step's embeddings [B, D], with labels int32 [B], enter it for the next one.
 */
export function memoryBank(scope: Scope, size: number, embeddings: Value, labels: Value): Remembered {
  const dim = staticDim(embeddings.shape[1])
  const before = {
    embeddings: scope.statistic('embeddings', [size, dim], { kind: 'constant', value: 0 }),
    labels: scope.statistic('labels', [size], { kind: 'constant', value: -1 }),
  }
  scope.updateStatistic('embeddings', pushed(before.embeddings, stopGradient(l2Normalise(embeddings))))
  scope.updateStatistic('labels', pushed(before.labels, cast(labels, 'float32')))
  return before
}

/** The newest rows before the others, of which the oldest fall out. */
function pushed(queue: Value, newest: Value): Value {
  const size = staticDim(queue.shape[0])
  const kept = Math.max(0, size - staticDim(newest.shape[0]))
  const entering = slice(newest, 0, 0, size - kept)
  return kept === 0 ? entering : concat([entering, slice(queue, 0, 0, kept)])
}
