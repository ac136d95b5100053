import type { Plane } from './plane.ts'
import type { Octave } from './scale-space.ts'
import type { SiftConfig } from './sift-config.ts'

/** A place that stands out from all around it, in space and scale. */
export interface Extremum {
  /** Index of its octave. */
  readonly octave: number
  /** The scale of the octave that is closest: its Gaussian is what the place is described by. */
  readonly layer: number
  /** In pixels of its octave, whole where the pixel's centre is. */
  readonly x: number
  readonly y: number
  /** The scale in between: `layer` plus an offset. */
  readonly scale: number
  /** |difference of Gaussians| there, of 1. */
  readonly response: number
  /** Whether it is darker than what is around it, not lighter. */
  readonly isDark: boolean
}

/** Descriptors need some pixels around. */
const borderPx = 5
const refineSteps = 5

/**
 * Local extrema of the differences of Gaussians over 3 × 3 × 3 neighbours, placed between pixels and scales by a quadratic
 * (Lowe 2004, sections 3 to 5), without those of low contrast and those on edges.
 */
export function findExtrema(octaves: readonly Octave[], config: SiftConfig): Extremum[] {
  const found: Extremum[] = []
  octaves.forEach((octave, o) => {
    for (let layer = 1; layer <= config.layers; layer++) scanLayer(octave, o, layer, config, found)
  })
  return found
}

function scanLayer(octave: Octave, o: number, layer: number, config: SiftConfig, found: Extremum[]): void {
  const [below, here, above] = [layer - 1, layer, layer + 1].map((l) => octave.differences[l]!.data)
  const { width, height } = octave.differences[layer]!
  const least = (0.5 * config.contrast) / config.layers
  for (let y = borderPx; y < height - borderPx; y++) {
    for (let x = borderPx; x < width - borderPx; x++) {
      const at = y * width + x
      const value = here![at]!
      if (value > -least && value < least) continue
      if (!isExtreme(value, here!, at, width) || !isExtreme(value, below!, at, width)) continue
      if (!isExtreme(value, above!, at, width)) continue
      const refined = refine(octave, o, layer, x, y, config)
      if (refined !== undefined) found.push(refined)
    }
  }
}

/** No value of the 3 × 3 around `at` is further from zero on the side of `value`. */
function isExtreme(value: number, data: Float32Array, at: number, width: number): boolean {
  const up = at - width
  const down = at + width
  return value > 0
    ? value >= data[at]! &&
        value >= data[at - 1]! &&
        value >= data[at + 1]! &&
        value >= data[up - 1]! &&
        value >= data[up]! &&
        value >= data[up + 1]! &&
        value >= data[down - 1]! &&
        value >= data[down]! &&
        value >= data[down + 1]!
    : value <= data[at]! &&
        value <= data[at - 1]! &&
        value <= data[at + 1]! &&
        value <= data[up - 1]! &&
        value <= data[up]! &&
        value <= data[up + 1]! &&
        value <= data[down - 1]! &&
        value <= data[down]! &&
        value <= data[down + 1]!
}

/** Moves to the quadratic's extremum until it lies within half a pixel and half a scale; undefined where it gets away or is weak. */
function refine(
  { differences }: Octave,
  octave: number,
  firstLayer: number,
  firstX: number,
  firstY: number,
  config: SiftConfig,
): Extremum | undefined {
  const { width, height } = differences[0]!
  let [x, y, layer] = [firstX, firstY, firstLayer]
  for (let step = 0; step < refineSteps; step++) {
    const fit = quadratic(differences, layer, x, y)
    const offset = solve3(fit)
    if (offset === undefined) return undefined
    const [dx, dy, ds] = offset
    if (Math.abs(dx) < 0.5 && Math.abs(dy) < 0.5 && Math.abs(ds) < 0.5) {
      const difference = fit.value + 0.5 * (fit.gx * dx + fit.gy * dy + fit.gs * ds)
      const response = Math.abs(difference)
      if (response * config.layers < config.contrast || isEdge(fit, config.edge)) return undefined
      return { octave, layer, x: x + dx, y: y + dy, scale: layer + ds, response, isDark: difference > 0 }
    }
    x += Math.round(dx)
    y += Math.round(dy)
    layer += Math.round(ds)
    const inside = x >= borderPx && x < width - borderPx && y >= borderPx && y < height - borderPx
    if (!inside || layer < 1 || layer > config.layers) return undefined
  }
  return undefined
}

/** Value, gradient and Hessian by central differences. */
interface Quadratic {
  readonly value: number
  readonly gx: number
  readonly gy: number
  readonly gs: number
  readonly xx: number
  readonly yy: number
  readonly ss: number
  readonly xy: number
  readonly xs: number
  readonly ys: number
}

function quadratic(differences: readonly Plane[], layer: number, x: number, y: number): Quadratic {
  const { width, data: here } = differences[layer]!
  const below = differences[layer - 1]!.data
  const above = differences[layer + 1]!.data
  const at = y * width + x
  const value = here[at]!
  return {
    value,
    gx: (here[at + 1]! - here[at - 1]!) / 2,
    gy: (here[at + width]! - here[at - width]!) / 2,
    gs: (above[at]! - below[at]!) / 2,
    xx: here[at + 1]! + here[at - 1]! - 2 * value,
    yy: here[at + width]! + here[at - width]! - 2 * value,
    ss: above[at]! + below[at]! - 2 * value,
    xy: (here[at + width + 1]! - here[at + width - 1]! - here[at - width + 1]! + here[at - width - 1]!) / 4,
    xs: (above[at + 1]! - above[at - 1]! - below[at + 1]! + below[at - 1]!) / 4,
    ys: (above[at + width]! - above[at - width]! - below[at + width]! + below[at - width]!) / 4,
  }
}

/** The offset −H⁻¹g by Cramer's rule; undefined where H is singular. */
function solve3({ gx, gy, gs, xx, yy, ss, xy, xs, ys }: Quadratic): [number, number, number] | undefined {
  const a = yy * ss - ys * ys
  const b = xs * ys - xy * ss
  const c = xy * ys - xs * yy
  const determinant = xx * a + xy * b + xs * c
  if (determinant === 0) return undefined
  const d = xx * ss - xs * xs
  const e = xy * xs - xx * ys
  const f = xx * yy - xy * xy
  return [
    -(a * gx + b * gy + c * gs) / determinant,
    -(b * gx + d * gy + e * gs) / determinant,
    -(c * gx + e * gy + f * gs) / determinant,
  ]
}

/** trace² / det ≥ (r + 1)² / r, or curvatures of different signs. */
function isEdge({ xx, yy, xy }: Quadratic, ratio: number): boolean {
  const determinant = xx * yy - xy * xy
  return determinant <= 0 || (xx + yy) ** 2 * ratio >= (ratio + 1) ** 2 * determinant
}
