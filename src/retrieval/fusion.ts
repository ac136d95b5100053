import { check, counted } from '../base/index.ts'
import type { Embeddings, RankFusion } from './embeddings.ts'
import { rank } from './rank.ts'
import { forEachCosineRow, pairCosines } from './similarity.ts'

/** Queries whose fused scores are held at once: memory is blockQ × G, whatever Q is. */
const blockQ = 256

/**
 * Calls `visit` with each query's similarities to the whole gallery, queries in order: cosines, or, where the queries' embeddings are of
 * an ensemble that fuses ranks, `RankFusion`'s score, whose ranks count every photo of the gallery. The row is reused: copy what is kept.
 * @throws InputError for embeddings that are not finite or of different sizes.
 */
export function forEachSimilarityRow(
  queries: Embeddings,
  gallery: Embeddings,
  visit: (query: number, similarities: Float32Array) => void,
): void {
  const { fusion } = queries
  if (fusion === undefined) return forEachCosineRow(queries, gallery, visit)
  check(queries.dim === gallery.dim, `embeddings: queries have ${queries.dim} dimensions, the gallery ${gallery.dim}`)
  const known = partsOf(gallery, fusion)
  for (let begin = 0; begin < queries.count; begin += blockQ) {
    const block = rowsOf(queries, begin, Math.min(begin + blockQ, queries.count))
    const scores = fusedScores(partsOf(block, fusion), known, fusion)
    for (let q = 0; q < block.count; q++) visit(begin + q, scores.subarray(q * gallery.count, (q + 1) * gallery.count))
  }
}

/**
 * Similarities of pairs of rows of one set, [pairs]: cosines, or the fused ranks of b among all rows as a sees them, itself with them.
 * Those are not symmetric. @throws InputError as `pairCosines`.
 */
export function pairSimilarities(embeddings: Embeddings, a: Int32Array, b: Int32Array): Float32Array {
  const cosines = pairCosines(embeddings, a, b) // checks the pairs too
  if (embeddings.fusion === undefined) return cosines
  const out = new Float32Array(a.length)
  const pairsOf = new Map<number, number[]>()
  a.forEach((query, pair) => {
    const own = pairsOf.get(query)
    if (own === undefined) pairsOf.set(query, [pair])
    else own.push(pair)
  })
  forEachSimilarityRow(embeddings, embeddings, (query, similarities) => {
    for (const pair of pairsOf.get(query) ?? []) out[pair] = similarities[b[pair]!]!
  })
  return out
}

/** The columns of each member. */
function partsOf({ count, dim, data }: Embeddings, { parts }: RankFusion): Embeddings[] {
  const sum = parts.reduce((total, part) => total + part.dim, 0)
  check(sum === dim, `fusion: the members have ${counted(sum, 'number')} a photo, the embeddings ${dim}`)
  let column = 0
  return parts.map((part) => {
    const own = new Float32Array(count * part.dim)
    for (let row = 0; row < count; row++)
      own.set(data.subarray(row * dim + column, row * dim + column + part.dim), row * part.dim)
    column += part.dim
    return { count, dim: part.dim, data: own }
  })
}

function rowsOf({ dim, data }: Embeddings, begin: number, end: number): Embeddings {
  return { count: end - begin, dim, data: data.subarray(begin * dim, end * dim) }
}

/** Σ wₘ / (k + rankₘ) · (k + 1) / Σ wₘ, [queries, gallery]. */
function fusedScores(
  queries: readonly Embeddings[],
  gallery: readonly Embeddings[],
  { parts, k }: RankFusion,
): Float32Array {
  const [rows, columns] = [queries[0]!.count, gallery[0]!.count]
  const scale = (k + 1) / parts.reduce((sum, { weight }) => sum + weight, 0)
  const scores = new Float32Array(rows * columns)
  parts.forEach(({ weight }, part) => {
    forEachCosineRow(queries[part]!, gallery[part]!, (query, cosines) => {
      rank(cosines).forEach((photo, place) => {
        const i = query * columns + photo
        scores[i] = scores[i]! + (scale * weight) / (k + place + 1)
      })
    })
  })
  return scores.map((score) => Math.min(1, score)) // a sum of rounded parts may pass 1 by a bit
}
