import { setImmediate } from 'node:timers/promises'
import { type Embeddings, pickRows } from './embeddings.ts'
import { productError } from './product-blocks.ts'
import { forEachRoundedCosineRow } from './rounded-cosines.ts'
import { cosineBetweenRows } from './similarity.ts'

/** Which pairs are looked for, and who is told how far the search is. */
export interface NearCosines {
  /** The least cosine that counts; it may rise after a visit. */
  readonly least: () => number
  /** Pairs for which it is false do not count; asked only of those that are alike enough. */
  readonly wanted: (a: number, b: number) => boolean
  /** Called with how many of the rows are done, by the share of the pairs that are. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Rows of a panel at most: two of these are compared in one piece, in half a second if they have 2,048 numbers. */
const mostRows = 2048

/** Smaller panels are not worth the threads that are started for each two. */
const leastRows = 512

/** Of so few rows each two are multiplied sooner than threads and their memory are there. */
const fewRows = 32

/**
 * What calls `visit` with each two of the given rows of `embeddings` whose cosine counts, first the row that is given first, and that cosine: equal to
 * the last bit to `cosineSimilarity`'s. All pairs are compared by cosines rounded to float32, each once, and those that may count anew. Memory does not
 * grow with the number of rows. @throws the signal's reason when it aborts.
 */
export function cosinesAmong(embeddings: Embeddings) {
  const cosineOf = cosineBetweenRows(embeddings)
  const margin = 2 * productError(embeddings.dim)
  return async (
    rows: readonly number[],
    { least, wanted, onProgress, signal }: NearCosines,
    visit: (a: number, b: number, cosine: number) => void,
  ): Promise<void> => {
    const count = rows.length
    const consider = (a: number, b: number) => {
      if (!wanted(a, b)) return
      const cosine = cosineOf(a, b)
      if (cosine >= least()) visit(a, b, cosine)
    }
    if (count <= fewRows)
      rows.forEach((a, i) => {
        for (let j = i + 1; j < count; j++) consider(a, rows[j]!)
      })
    else {
      const panels = panelsOf(rows)
      const pieces = (panels.length * (panels.length + 1)) / 2
      let done = 0
      for (const [p, left] of panels.entries()) {
        const queries = pickRows(embeddings, left)
        for (const right of panels.slice(p)) {
          onProgress?.(Math.floor((count * done++) / pieces), count)
          await setImmediate()
          signal?.throwIfAborted()
          const gallery = right === left ? queries : pickRows(embeddings, right)
          forEachRoundedCosineRow(queries, gallery, (i, cosines) => {
            for (let j = right === left ? i + 1 : 0; j < right.length; j++)
              if (cosines[j]! >= least() - margin) consider(left[i]!, right[j]!)
          })
        }
      }
    }
    onProgress?.(count, count)
  }
}

function panelsOf(rows: readonly number[]): (readonly number[])[] {
  const size = Math.min(mostRows, Math.max(leastRows, Math.ceil(rows.length / 4)))
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, p) => rows.slice(p * size, (p + 1) * size))
}
