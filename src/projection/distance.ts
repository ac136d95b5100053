import { multiplyTile, packRows, tileColumns, tileRows } from '../tensor/index.ts'
import { centred, type Layout, type Metric, type Points } from './points.ts'
import type { Watch } from './watch.ts'

const side = 64 // rows of a block: two blocks of 64 × 768 float64 fit the second-level cache

/**
 * Visits d²(i, j) of all pairs i < j, each once, block by block. d² = ‖a‖² + ‖b‖² − 2·a·b on centred points, or (1 − cos)². Summed in float64 over
 * the dimensions in order, so a value does not depend on where in a block it stands. `watch` is told the share done.
 */
export function forEachPair(
  points: Points,
  metric: Metric,
  visit: (i: number, j: number, squared: number) => void,
  watch?: Watch,
): void {
  const rows = comparable(points, metric)
  const norms = squaredNorms(rows)
  const { count, dim } = rows
  const packed = new Float64Array(Math.ceil(count / tileColumns) * tileColumns * dim)
  packRows(rows, { first: 0, limit: count, group: tileColumns }, packed)
  const squared = new Float64Array(side * side)
  for (let r0 = 0; r0 < count; r0 += side) {
    for (let c0 = r0; c0 < count; c0 += side) {
      const rowEnd = Math.min(count, r0 + side)
      const columnEnd = Math.min(count, c0 + side)
      for (let r = r0; r < rowEnd; r += tileRows) {
        const from = (r - (r % tileColumns)) * dim + (r % tileColumns)
        for (let c = c0; c < columnEnd; c += tileColumns)
          multiplyTile(packed, from, tileColumns, packed, c * dim, dim, squared, (r - r0) * side + c - c0, side)
      }
      toDistances(squared, norms, metric, r0, rowEnd, c0, columnEnd)
      for (let i = r0; i < rowEnd; i++)
        for (let j = Math.max(c0, i + 1); j < columnEnd; j++) visit(i, j, squared[(i - r0) * side + j - c0]!)
    }
    watch?.((Math.min(count, r0 + side) / count) * (2 - Math.min(count, r0 + side) / count)) // the triangle's share
  }
}

/** d² of one pair of `rows` = comparable(points): the same bits as in the blocks. */
export function squaredDistance(rows: Layout, norms: Float64Array, metric: Metric, i: number, j: number): number {
  const { dim, data } = rows
  let product = 0
  for (let d = 0, a = i * dim, b = j * dim; d < dim; d++) product += data[a + d]! * data[b + d]!
  return fromProduct(product, norms[i]!, norms[j]!, metric)
}

/** Rows whose products tell distances: centred, or of length 1 (a row of zeros stays zeros). */
export function comparable(points: Points, metric: Metric): Layout {
  if (metric === 'euclidean') return centred(points)
  const { count, dim } = points
  const data = Float64Array.from(points.data)
  for (let i = 0; i < count; i++) {
    const row = data.subarray(i * dim, (i + 1) * dim)
    let squares = 0
    for (let d = 0; d < dim; d++) squares += row[d]! * row[d]!
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0
    for (let d = 0; d < dim; d++) row[d]! *= scale
  }
  return { count, dim, data }
}

/** ‖row‖², [count] */
export function squaredNorms({ count, dim, data }: Layout): Float64Array {
  const norms = new Float64Array(count)
  for (let i = 0, at = 0; i < count; i++) {
    let squares = 0
    for (let d = 0; d < dim; d++, at++) squares += data[at]! * data[at]!
    norms[i] = squares
  }
  return norms
}

function fromProduct(product: number, a: number, b: number, metric: Metric): number {
  if (metric === 'euclidean') return Math.max(0, a + b - 2 * product)
  const distance = Math.max(0, 1 - product)
  return distance * distance
}

function toDistances(
  block: Float64Array,
  norms: Float64Array,
  metric: Metric,
  rowBegin: number,
  rowEnd: number,
  columnBegin: number,
  columnEnd: number,
): void {
  for (let r = rowBegin; r < rowEnd; r++) {
    const base = (r - rowBegin) * side - columnBegin
    for (let c = Math.max(columnBegin, r + 1); c < columnEnd; c++)
      block[base + c] = fromProduct(block[base + c]!, norms[r]!, norms[c]!, metric)
  }
}
