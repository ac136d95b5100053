import { type AddTiles, floatTile } from '../tensor/index.ts'
import type { Embeddings } from './embeddings.ts'

/** Queries of one block at most: memory is 128 × G for each slot, whatever Q is. */
const mostRows = 128

/** Dimensions summed at once; a sum of these is added to the sums before. It bounds the error, and what a tile needs stays in the cache. */
const chunkDims = 128

/** Where things lie in the memory of the threads. Rows and columns are filled up to whole tiles. */
export interface BlockPlan {
  readonly dim: number
  readonly columns: number
  /** Queries of a block. */
  readonly rows: number
  readonly slots: number
  /** Start of each slot's queries and of its products, and the end of all, in floats. The gallery lies at 0. */
  readonly leftAt: readonly number[]
  readonly outAt: readonly number[]
  readonly length: number
}

export function planBlocks({ count, dim }: Embeddings, queries: number, slots: number): BlockPlan {
  const columns = wholes(count, floatTile.columns)
  const rows = Math.min(mostRows, wholes(queries, floatTile.rows))
  const [gallery, left, out] = [columns * dim, rows * dim, rows * columns]
  const leftAt = Array.from({ length: slots }, (_, slot) => gallery + slot * (left + out))
  const outAt = leftAt.map((at) => at + left)
  return { dim, columns, rows, slots, leftAt, outAt, length: gallery + slots * (left + out) }
}

/**
 * Most by which a product of these blocks may differ from the exact one where both sides have length 1: each of n additions of a sum
 * errs by half a last place of it, (n + 2) · 2⁻²⁴ with the rounding of both sides. A chunk's sum has its length of additions, then there are chunks.
 */
export function productError(dim: number): number {
  return (Math.min(dim, chunkDims) + Math.ceil(dim / chunkDims) + 3) * 2 ** -24
}

/**
 * Rows first … first + limit − 1 times their scale, as the kernel wants them, from `at` on: chunks of dimensions, in these groups of
 * `group` rows, in these dimension by dimension. What is no row stays 0.
 */
export function packChunks(
  { count, dim, data }: Embeddings,
  scale: Float64Array,
  { first, limit, group }: { readonly first: number; readonly limit: number; readonly group: number },
  to: Float32Array,
): void {
  const rows = wholes(limit, group)
  to.fill(0)
  for (let r = 0; r < Math.min(limit, count - first); r++) {
    const [from, factor] = [(first + r) * dim, scale[first + r]!]
    for (let begin = 0; begin < dim; begin += chunkDims) {
      const own = Math.min(chunkDims, dim - begin)
      const at = begin * rows + (r - (r % group)) * own + (r % group)
      for (let k = 0; k < own; k++) to[at + k * group] = data[from + begin + k]! * factor
    }
  }
}

/**
 * The products of a slot's queries with the whole gallery, 8 photos after 8: [columns / 8, rows, 8]. So the tiles write one piece of memory; rows
 * of 20,000 would lie in as many pages as there are queries, which takes a quarter longer.
 */
export function multiplyBlock(addTiles: AddTiles, memory: Float32Array, plan: BlockPlan, slot: number): void {
  const { dim, columns, rows } = plan
  const { rows: tileRows, columns: tileColumns } = floatTile
  const [left, out] = [plan.leftAt[slot]!, plan.outAt[slot]!]
  memory.fill(0, out, out + rows * columns)
  for (let begin = 0; begin < dim; begin += chunkDims) {
    const own = Math.min(chunkDims, dim - begin)
    for (let g = 0; g < columns; g += tileColumns)
      addTiles(4 * (left + begin * rows), 4 * (begin * columns + g * own), 4 * (out + g * rows), own, rows / tileRows)
  }
}

/** One query's products out of a slot, [columns]. */
export function readRow(
  memory: Float32Array,
  { outAt, rows }: BlockPlan,
  slot: number,
  q: number,
  to: Float32Array,
): void {
  const { columns: group } = floatTile
  for (let g = 0, from = outAt[slot]! + q * group; g < to.length; g += group, from += rows * group)
    for (let i = 0; i < group; i++) to[g + i] = memory[from + i]!
}

function wholes(count: number, group: number): number {
  return Math.ceil(count / group) * group
}
