/** One channel of a picture: `data` [height, width], row by row. */
export interface Plane {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/** A plane of zeros. */
export function plane(width: number, height: number): Plane {
  return { width, height, data: new Float32Array(width * height) }
}
