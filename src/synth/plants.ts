import type { Rng } from '../base/index.ts'
import { type Canvas, type Colour, clamp01, cover, mixColour } from './canvas.ts'

/** A lens-shaped leaf with a midrib, one half lighter than the other. Lengths in pixels. */
export interface Leaf {
  readonly x: number
  readonly y: number
  readonly length: number
  readonly width: number
  readonly angleRad: number
  readonly colour: Colour
}

/** Paints a leaf whose stalk is at (x, y). */
export function paintLeaf(on: Canvas, leaf: Leaf): void {
  const { x, y, length, width, angleRad, colour } = leaf
  const cos = Math.cos(angleRad)
  const sin = Math.sin(angleRad)
  const reach = length / 2 + 1
  const cx = x + (cos * length) / 2
  const cy = y + (sin * length) / 2
  const [left, right] = span(cx, reach, on.width)
  const [top, bottom] = span(cy, reach, on.height)
  for (let py = top; py < bottom; py++) {
    for (let px = left; px < right; px++) {
      const u = (cos * (px + 0.5 - cx) + sin * (py + 0.5 - cy)) / (length / 2)
      const v = -sin * (px + 0.5 - cx) + cos * (py + 0.5 - cy)
      const coverage = clamp01((width / 2) * (1 - u * u) - Math.abs(v) + 0.5)
      if (coverage === 0) continue
      const rib = Math.abs(v) < 0.6 ? 1.12 : v > 0 ? 1.04 : 0.88
      cover(on, py * on.width + px, colour, rib * (0.9 + 0.12 * u), coverage)
    }
  }
}

/** A grass blade: from its foot upwards, bending more and more sideways, tapering to a point. */
export interface Blade {
  readonly x: number
  readonly y: number
  readonly height: number
  readonly width: number
  /** Sideways reach of the tip, pixels. */
  readonly bend: number
  readonly colour: Colour
}

/** Paints a blade row by row, dark at its foot and light at its tip. */
export function paintBlade(on: Canvas, { x, y, height, width, bend, colour }: Blade): void {
  const top = Math.max(0, Math.ceil(y - height))
  for (let py = Math.min(on.height, Math.ceil(y)) - 1; py >= top; py--) {
    const t = (y - py) / height
    const centre = x + bend * t * t
    const slope = Math.sqrt(1 + ((2 * bend * t) / height) ** 2)
    const half = 0.5 * width * (1 - t) * slope + 0.15
    const [left, right] = span(centre, half + 1, on.width)
    for (let px = left; px < right; px++) {
      const coverage = clamp01(half - Math.abs(px + 0.5 - centre) + 0.5) * Math.min(1, 2 * half)
      if (coverage > 0) cover(on, py * on.width + px, colour, 0.55 + 0.6 * t, coverage)
    }
  }
}

/** A trunk or branch: a capsule, lit from one side, its outline from `rng`. */
export function paintTrunk(
  on: Canvas,
  at: { x: number; top: number; bottom: number; width: number; lean: number },
  colour: Colour,
  rng: Rng,
): void {
  const wave = rng.uniform(0, 6.28)
  for (let py = Math.max(0, Math.floor(at.top)); py < Math.min(on.height, at.bottom); py++) {
    const t = (py - at.top) / (at.bottom - at.top)
    const centre = at.x + at.lean * t + 0.08 * at.width * Math.sin(7 * t + wave)
    const half = 0.5 * at.width * (0.85 + 0.3 * t * t)
    const [left, right] = span(centre, half + 1, on.width)
    for (let px = left; px < right; px++) {
      const across = (px + 0.5 - centre) / half
      const coverage = clamp01(half - Math.abs(px + 0.5 - centre) + 0.5)
      if (coverage > 0) cover(on, py * on.width + px, colour, 1.05 - 0.35 * across - 0.3 * across * across, coverage)
    }
  }
}

/** What a place's plants look like. */
export interface Flora {
  readonly dark: Colour
  readonly bright: Colour
}

/** A tint between the flora's, brighter with `light` in [0, 1]. */
export function tint({ dark, bright }: Flora, light: number, rng: Rng): Colour {
  const [r, g, b] = mixColour(dark, bright, clamp01(light + rng.normal(0, 0.14)))
  const warm = rng.normal(0, 0.03)
  return [r + warm, g, b - warm]
}

function span(centre: number, reach: number, size: number): [number, number] {
  return [Math.max(0, Math.floor(centre - reach)), Math.min(size, Math.ceil(centre + reach))]
}
