/** Distances between n photos, the upper triangle row by row, without the diagonal. */
export interface Distances {
  readonly n: number
  readonly values: Float32Array | Float64Array
}

/** Where the distance of i and j stands, i < j. */
export function triangleIndex(n: number, i: number, j: number): number {
  return i * n - (i * (i + 1)) / 2 + j - i - 1
}
