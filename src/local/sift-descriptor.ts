import type { Plane } from './plane.ts'

const cells = 4
const directions = 8
/** Numbers of a SIFT descriptor: 4 × 4 cells of 8 directions. */
export const siftDim = cells * cells * directions

/** A cell's side in scales of the keypoint. */
const cellScales = 3
/** No direction of a cell may count for more: light that is not even changes few gradients much. */
const largest = 0.2

/** Histograms with a frame of cells and a direction more, so that no update asks whether it is inside. */
const frame = cells + 2
const framed = directions + 1

/** Where a descriptor is taken: in the plane's pixels, the angle in radians from x towards y. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly scalePx: number
  readonly angle: number
  /** The side of what is described, in that of Lowe, 12 scales. */
  readonly window: number
}

/**
 * Histograms of gradients in 4 × 4 cells around a place, turned with it, into `out` [128] as (row, column, direction): columns run along the
 * place's angle, directions against the clock. Each gradient is shared among the cells and directions around it, weighted by its
 * size and a Gaussian; then L2-normalised, cut at 0.2, and L2-normalised again (Lowe 2004, section 6). All zeros where nothing changes.
 * Of a window twice as large every second gradient of every second row is taken, so that it takes no longer.
 */
export function describePlace({ width, height, data }: Plane, place: Place, out: Float64Array): void {
  const cell = cellScales * place.scalePx * place.window
  const step = Math.max(1, Math.floor(place.window))
  const cos = Math.cos(place.angle)
  const sin = Math.sin(place.angle)
  const radius = Math.min(
    Math.round((cell * Math.SQRT2 * (cells + 1)) / 2),
    Math.ceil(Math.sqrt(width * width + height * height)),
  )
  const histogram = new Float64Array(frame * frame * framed)
  const x0 = Math.round(place.x)
  const y0 = Math.round(place.y)
  const spread = -2 / (cells * cells)
  const before = (middle: number) => Math.floor(Math.min(radius, middle - 1) / step) * step
  for (let y = y0 - before(y0); y <= Math.min(height - 2, y0 + radius); y += step) {
    for (let x = x0 - before(x0); x <= Math.min(width - 2, x0 + radius); x += step) {
      const along = ((x - x0) * cos + (y - y0) * sin) / cell
      const across = ((y - y0) * cos - (x - x0) * sin) / cell
      const column = along + cells / 2 - 0.5
      const row = across + cells / 2 - 0.5
      if (row <= -1 || row >= cells || column <= -1 || column >= cells) continue
      const at = y * width + x
      const dx = data[at + 1]! - data[at - 1]!
      const dy = data[at + width]! - data[at - width]!
      const size = Math.sqrt(dx * dx + dy * dy) * Math.exp((along * along + across * across) * spread)
      const turn = (place.angle - Math.atan2(dy, dx)) / (2 * Math.PI)
      share(histogram, row, column, (turn - Math.floor(turn)) * directions, size)
    }
  }
  gather(histogram, out)
  normalise(out)
}

/** Trilinear: a value at (row, column, direction) goes to the eight bins around. */
function share(histogram: Float64Array, row: number, column: number, direction: number, size: number): void {
  const r0 = Math.floor(row)
  const c0 = Math.floor(column)
  const d0 = Math.floor(direction)
  const r = row - r0
  const c = column - c0
  const d = direction - d0
  const first = d0 === directions ? 0 : d0 // rounding may give a whole turn
  const at = ((r0 + 1) * frame + c0 + 1) * framed + first
  const next = at + frame * framed
  const v1 = size * r
  const v0 = size - v1
  const v01 = v0 * c
  const v00 = v0 - v01
  const v11 = v1 * c
  const v10 = v1 - v11
  histogram[at] = histogram[at]! + v00 * (1 - d)
  histogram[at + 1] = histogram[at + 1]! + v00 * d
  histogram[at + framed] = histogram[at + framed]! + v01 * (1 - d)
  histogram[at + framed + 1] = histogram[at + framed + 1]! + v01 * d
  histogram[next] = histogram[next]! + v10 * (1 - d)
  histogram[next + 1] = histogram[next + 1]! + v10 * d
  histogram[next + framed] = histogram[next + framed]! + v11 * (1 - d)
  histogram[next + framed + 1] = histogram[next + framed + 1]! + v11 * d
}

/** The cells without their frame; the direction past the last is the first. */
function gather(histogram: Float64Array, out: Float64Array): void {
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const from = ((row + 1) * frame + column + 1) * framed
      const to = (row * cells + column) * directions
      for (let d = 0; d < directions; d++) out[to + d] = histogram[from + d]!
      out[to] = out[to]! + histogram[from + directions]!
    }
  }
}

function normalise(values: Float64Array): void {
  const norm = (list: Float64Array) => Math.sqrt(list.reduce((sum, v) => sum + v * v, 0))
  const first = norm(values)
  if (first === 0) return
  for (let i = 0; i < values.length; i++) values[i] = Math.min(values[i]! / first, largest)
  const second = norm(values)
  for (let i = 0; i < values.length; i++) values[i] = values[i]! / second
}

/**
 * RootSIFT: √(v / Σ|v|), so that the product of two is the Hellinger kernel of their histograms (Arandjelović and Zisserman 2012). In
 * place; zeros stay zeros.
 */
export function rootNormalise(values: Float64Array): void {
  const sum = values.reduce((total, v) => total + v, 0)
  if (sum === 0) return
  for (let i = 0; i < values.length; i++) values[i] = Math.sqrt(values[i]! / sum)
}

/** Where number i of a descriptor comes from when the photo is mirrored: rows from the other end, directions the other way round. */
export const mirroredSift: Uint8Array = Uint8Array.from({ length: siftDim }, (_, i) => {
  const direction = i % directions
  const column = Math.floor(i / directions) % cells
  const row = Math.floor(i / (directions * cells))
  return ((cells - 1 - row) * cells + column) * directions + ((directions - direction) % directions)
})
