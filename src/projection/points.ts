import { check } from '../base/index.ts'

/** Points as rows, row-major [count, dim]: embeddings, say. */
export interface Points {
  readonly count: number
  readonly dim: number
  readonly data: Float32Array | Float64Array
}

/** What a projection gives: float64, row-major [count, dim]. */
export interface Layout extends Points {
  readonly data: Float64Array
}

/** euclidean: ‖a − b‖; cosine: 1 − a·b / (‖a‖‖b‖), 1 for a row of zeros. Both as scikit-learn's metrics of these names. */
export type Metric = 'euclidean' | 'cosine'

/** @throws InputError for no points, points of no dimension, a wrong count of numbers, or the first number that is not finite. */
export function checkPoints({ count, dim, data }: Points, where: string): void {
  check(count > 0 && dim > 0, `${where}: expected points, got ${count} of ${dim} dimensions`)
  check(
    data.length === count * dim,
    `${where}: expected ${count} × ${dim} = ${count * dim} numbers, got ${data.length}`,
  )
  const wrong = data.findIndex((value) => !Number.isFinite(value))
  check(
    wrong < 0,
    `${where}: point ${Math.floor(wrong / dim)}, column ${wrong % dim}: expected a finite number, got ${data[wrong]}`,
  )
}

/** Each column's mean taken out, a float64 copy. */
export function centred({ count, dim, data }: Points): Layout {
  const mean = columnMeans({ count, dim, data })
  const out = new Float64Array(data.length)
  for (let i = 0, at = 0; i < count; i++) for (let d = 0; d < dim; d++, at++) out[at] = data[at]! - mean[d]!
  return { count, dim, data: out }
}

/** Each column's mean, [dim], summed from the first point: of equal numbers it is that number to the bit. */
export function columnMeans({ count, dim, data }: Points): Float64Array {
  const mean = new Float64Array(dim)
  for (let i = 0, at = 0; i < count; i++) for (let d = 0; d < dim; d++, at++) mean[d]! += data[at]! - data[d]!
  for (let d = 0; d < dim; d++) mean[d] = data[d]! + mean[d]! / count
  return mean
}
