import { check } from '../base/index.ts'
import { multiplyTile, packRows, tileColumns, tileRows } from '../tensor/index.ts'
import { type Embeddings, inverseNorms } from './embeddings.ts'

const blockQ = 256 // queries whose similarities are held at once: memory is blockQ × G, whatever Q is
const panelG = 64 // gallery photos packed at once: 64 × 768 float64 fit the second-level cache

/** Cosine of two photos, by their rows. */
type CosineOf = (query: number, photo: number) => number

/** cos(q, g) = q·g / (‖q‖ ‖g‖) for every query and gallery photo, row-major [Q, G], summed in float64, then rounded to float32. */
export function cosineSimilarity(queries: Embeddings, gallery: Embeddings): Float32Array {
  const out = new Float32Array(queries.count * gallery.count)
  forEachCosineRow(queries, gallery, (query, row) => out.set(row, query * gallery.count))
  return out
}

/**
 * cos(e_a[i], e_b[i]) for pairs of rows of one set, [pairs]: what a submission needs. Equal to the last bit to
 * cosineSimilarity's value for the same two rows, and symmetric in a and b.
 * @throws InputError for pair lists of different lengths or an index outside of the rows.
 */
export function pairCosines(embeddings: Embeddings, a: Int32Array, b: Int32Array): Float32Array {
  check(a.length === b.length, `pairs: expected two lists of one length, got ${a.length} and ${b.length}`)
  const { count } = embeddings
  const cosineOf = cosineBetweenRows(embeddings)
  const out = new Float32Array(a.length)
  for (let pair = 0; pair < a.length; pair++) {
    const rowA = a[pair]!
    const rowB = b[pair]!
    check(
      rowA >= 0 && rowA < count && rowB >= 0 && rowB < count,
      `pairs: pair ${pair}: expected rows 0 … ${count - 1}, got ${rowA} and ${rowB}`,
    )
    out[pair] = cosineOf(rowA, rowB)
  }
  return out
}

/** cos of a query and a photo of the gallery, equal to the last bit to cosineSimilarity's value: for the few pairs that need no table. */
export function cosineBetweenRows(queries: Embeddings, gallery: Embeddings = queries): CosineOf {
  const { dim } = queries
  const scaleQ = inverseNorms(queries, 'query embeddings')
  const scaleG = queries === gallery ? scaleQ : inverseNorms(gallery, 'gallery embeddings')
  return (query, photo) => {
    const [ofQuery, ofPhoto] = [scaleQ[query]!, scaleG[photo]!]
    let sum = 0
    for (let k = 0, i = query * dim, j = photo * dim; k < dim; k++)
      sum += queries.data[i + k]! * ofQuery * (gallery.data[j + k]! * ofPhoto)
    return Math.fround(sum)
  }
}

/**
 * Calls `visit` with each query's cosines to the whole gallery, queries in order. The row is reused: copy what is kept.
 * Each sum runs over the dimensions in order, so a value does not depend on how the work was cut into blocks.
 */
export function forEachCosineRow(
  queries: Embeddings,
  gallery: Embeddings,
  visit: (query: number, similarities: Float32Array) => void,
): void {
  check(queries.dim === gallery.dim, `embeddings: queries have ${queries.dim} dimensions, the gallery ${gallery.dim}`)
  const { dim } = queries
  const scaleQ = inverseNorms(queries, 'query embeddings')
  const scaleG = queries === gallery ? scaleQ : inverseNorms(gallery, 'gallery embeddings')
  const stride = Math.ceil(gallery.count / tileColumns) * tileColumns // rows padded to whole tiles, so that no tile is ragged
  const packedQ = new Float64Array(blockQ * dim)
  const packedG = new Float64Array(panelG * dim)
  const block = new Float32Array(Math.min(blockQ, queries.count + 1) * stride) // [blockQ, G] and one row for an odd last query

  for (let q0 = 0; q0 < queries.count; q0 += blockQ) {
    const rows = packRows(queries, { first: q0, limit: blockQ, group: tileRows, scale: scaleQ }, packedQ)
    for (let g0 = 0; g0 < gallery.count; g0 += panelG) {
      const columns = packRows(gallery, { first: g0, limit: panelG, group: tileColumns, scale: scaleG }, packedG)
      for (let q = 0; q < rows; q += tileRows) {
        for (let g = 0; g < columns; g += tileColumns) {
          multiplyTile(packedQ, q * dim, tileRows, packedG, g * dim, dim, block, q * stride + g0 + g, stride)
        }
      }
    }
    for (let q = q0; q < Math.min(q0 + blockQ, queries.count); q++) {
      visit(q, block.subarray((q - q0) * stride, (q - q0) * stride + gallery.count))
    }
  }
}
