import { counted } from '../base/index.ts'
import type { PostProcessing, RetrievalMetrics } from '../retrieval/index.ts'

/** Fewer queries than this say little: one photo more or less moves rank-1 by a tenth. */
const fewQueries = 10

/** A larger share of equal similarities is no accident of rounding. */
const manyTies = 0.2

/**
 * Why scores mean little or nothing, a sentence each; empty where nothing speaks against them: one individual only, a network that
 * does not tell photos apart, few queries.
 */
export function doubtsOf(
  { identities, tieRate, queries }: Pick<RetrievalMetrics, 'identities' | 'tieRate' | 'queries'>,
  { rerank }: PostProcessing = {},
): string[] {
  const doubts: string[] = []
  if (identities === 1)
    doubts.push(
      'the gallery shows one individual only: every answer is right, and the scores say nothing about the model',
    )
  if (tieRate > manyTies)
    doubts.push(
      `${(tieRate * 100).toFixed(0)} % of the similarities are equal to others of the same query: ${rerank?.lambda === 0 ? 're-ranking with λ 0 makes all photos alike that share no neighbour with a query' : 'the model hardly tells photos apart'}, and their order in the data decides the scores`,
    )
  if (queries < fewQueries)
    doubts.push(
      `${counted(queries, 'query', 'queries')} only: one photo more or less changes rank-1 by ${(1 / queries).toFixed(2)}`,
    )
  return doubts
}
