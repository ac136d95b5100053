import { forEachPair } from './distance.ts'
import { nearestNeighbours } from './neighbours.ts'
import { toConditionals } from './perplexity.ts'
import type { Metric, Points } from './points.ts'
import { stretch, type Watch } from './watch.ts'

/** p(i, j) = (p(j|i) + p(i|j)) / 2N of all pairs i < j, row after row: Σ over them is 1/2. */
export interface DenseAffinities {
  readonly count: number
  readonly pairs: Float64Array
}

/** The same among near neighbours only, in compressed rows: both (i, j) and (j, i) are there, and Σ is 1. */
export interface SparseAffinities {
  readonly count: number
  /** Row i is at starts[i] … starts[i + 1] − 1, columns rising. */
  readonly starts: Int32Array
  readonly columns: Int32Array
  readonly values: Float64Array
}

export interface AffinityOptions {
  readonly metric: Metric
  readonly perplexity: number
}

export function denseAffinities(
  points: Points,
  { metric, perplexity }: AffinityOptions,
  watch?: Watch,
): DenseAffinities {
  const { count } = points
  const square = new Float32Array(count * count) // distances, then p(j|i) at [i, j]
  const measure = stretch(watch, 0, 0.7)
  forEachPair(
    points,
    metric,
    (i, j, squared) => {
      square[i * count + j] = squared
      square[j * count + i] = squared
    },
    measure,
  )
  const search = stretch(watch, 0.7, 1)
  for (let i = 0; i < count; i++) {
    toConditionals(square, i * count, (i + 1) * count, i * count + i, perplexity)
    if (i % 64 === 0) search?.(i / count)
  }
  const pairs = new Float64Array((count * (count - 1)) / 2)
  for (let i = 0, at = 0; i < count; i++)
    for (let j = i + 1; j < count; j++, at++)
      pairs[at] = (square[i * count + j]! + square[j * count + i]!) / (2 * count)
  return { count, pairs }
}

/** Each point's 3·perplexity nearest neighbours; farther ones would weigh next to nothing (van der Maaten, arXiv:1301.3342). */
export function sparseAffinities(
  points: Points,
  { metric, perplexity }: AffinityOptions,
  watch?: Watch,
): SparseAffinities {
  const { count } = points
  const k = Math.min(count - 1, Math.floor(3 * perplexity + 1))
  const { indices, squared } = nearestNeighbours(points, k, metric, watch)
  for (let i = 0; i < count; i++) toConditionals(squared, i * k, (i + 1) * k, -1, perplexity)
  return symmetric(count, k, indices, squared)
}

/** p(j|i) of [count, k] neighbours → (p(j|i) + p(i|j)) / 2N in compressed rows. */
function symmetric(count: number, k: number, indices: Int32Array, conditionals: Float64Array): SparseAffinities {
  const rows: Map<number, number>[] = Array.from({ length: count }, () => new Map())
  for (let i = 0; i < count; i++) {
    for (let n = i * k; n < (i + 1) * k; n++) {
      const j = indices[n]!
      const p = conditionals[n]! / (2 * count)
      rows[i]!.set(j, (rows[i]!.get(j) ?? 0) + p)
      rows[j]!.set(i, (rows[j]!.get(i) ?? 0) + p)
    }
  }
  const starts = new Int32Array(count + 1)
  rows.forEach((row, i) => {
    starts[i + 1] = starts[i]! + row.size
  })
  const columns = new Int32Array(starts[count]!)
  const values = new Float64Array(starts[count]!)
  rows.forEach((row, i) => {
    const sorted = [...row].sort(([a], [b]) => a - b)
    sorted.forEach(([j, p], n) => {
      columns[starts[i]! + n] = j
      values[starts[i]! + n] = p
    })
  })
  return { count, starts, columns, values }
}
