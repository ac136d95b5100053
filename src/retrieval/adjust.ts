import type { VisitRow } from './rerank.ts'

/**
 * A query's similarities to the gallery, [G], made others by a second source: places of the coat that match, say. The row that is given is reused:
 * it must not be kept, and a new one is given back. Larger stays more alike.
 */
export type Adjust = (query: number, similarities: Float32Array) => Float32Array

/** Visits rows after they were adjusted. */
export function adjusted(visit: VisitRow, adjust: Adjust | undefined): VisitRow {
  return adjust === undefined ? visit : (query, similarities) => visit(query, adjust(query, similarities))
}
