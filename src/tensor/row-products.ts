// One tile is 2 rows × 4 columns: 8 sums in registers. 2000 × 2000 × 768 takes 1.2 s on one core.
/** How many packed rows of the left side `multiplyTile` takes at once. */
export const tileRows = 2
/** How many packed rows of the right side `multiplyTile` takes at once. */
export const tileColumns = 4

/** Rows of numbers, one after the other. */
export interface Rows {
  readonly count: number
  readonly dim: number
  readonly data: Float32Array | Float64Array
}

/**
 * Rows first … first + limit − 1 times their `scale` in groups of `group`, inside a group dimension by dimension; the last group
 * is filled with zeros. Gives the number of rows with these.
 */
export function packRows(
  { count, dim, data }: Rows,
  { first, limit, group, scale }: PackOptions,
  packed: Float64Array,
): number {
  const rows = Math.min(limit, count - first)
  const padded = Math.ceil(rows / group) * group
  for (let r = 0; r < padded; r++) {
    const to = (r - (r % group)) * dim + (r % group)
    const from = (first + r) * dim
    const s = scale?.[first + r] ?? 1
    for (let k = 0; k < dim; k++) packed[to + k * group] = r < rows ? data[from + k]! * s : 0
  }
  return padded
}

/** Rows first … first + limit − 1, in groups of `group`. */
export interface PackOptions {
  readonly first: number
  readonly limit: number
  readonly group: number
  /** Of each row of all; 1 without. */
  readonly scale?: Float64Array
}

/**
 * Products of two packed rows with four, [2, 4] into `out` from `at` on, its rows `stride` apart. Each sum runs over the dimensions
 * in order, so a value does not depend on how the work was cut into tiles. Left rows are packed in groups of `groupA`, 2 or more,
 * right ones in fours.
 */
export function multiplyTile(
  a: Float64Array,
  aAt: number,
  groupA: number,
  b: Float64Array,
  bAt: number,
  dim: number,
  out: Float32Array | Float64Array,
  at: number,
  stride: number,
): void {
  let s00 = 0
  let s01 = 0
  let s02 = 0
  let s03 = 0
  let s10 = 0
  let s11 = 0
  let s12 = 0
  let s13 = 0
  for (let k = 0, i = aAt, j = bAt; k < dim; k++, i += groupA, j += tileColumns) {
    const a0 = a[i]!
    const a1 = a[i + 1]!
    const b0 = b[j]!
    const b1 = b[j + 1]!
    const b2 = b[j + 2]!
    const b3 = b[j + 3]!
    s00 += a0 * b0
    s01 += a0 * b1
    s02 += a0 * b2
    s03 += a0 * b3
    s10 += a1 * b0
    s11 += a1 * b1
    s12 += a1 * b2
    s13 += a1 * b3
  }
  out[at] = s00
  out[at + 1] = s01
  out[at + 2] = s02
  out[at + 3] = s03
  out[at + stride] = s10
  out[at + stride + 1] = s11
  out[at + stride + 2] = s12
  out[at + stride + 3] = s13
}
