import { setImmediate } from 'node:timers/promises'
import { type Embeddings, pickRows } from './embeddings.ts'
import { forEachCosineRow } from './similarity.ts'

/** Who is told how far the rows are, and what may stop them. */
export interface CosineRowsOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Rows that are compared in one piece. */
const rowsAtOnce = 256

/**
 * Calls `visit` with the cosines of each photo to all of them, its own among them, as `forEachCosineRow` does, to the last bit. The caller's thread
 * is free now and then. @throws the signal's reason when it aborts.
 */
export async function visitCosineRows(
  embeddings: Embeddings,
  visit: (photo: number, similarities: Float32Array) => void,
  { signal, onProgress }: CosineRowsOptions = {},
): Promise<void> {
  const { count } = embeddings
  for (let first = 0; first < count; first += rowsAtOnce) {
    onProgress?.(first, count)
    await setImmediate()
    signal?.throwIfAborted()
    const rows = Array.from({ length: Math.min(rowsAtOnce, count - first) }, (_, i) => first + i)
    forEachCosineRow(pickRows(embeddings, rows), embeddings, (i, similarities) => visit(first + i, similarities))
  }
  onProgress?.(count, count)
}
