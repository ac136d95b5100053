import type { Rng } from '../base/index.ts'
import { smoothstep } from './canvas.ts'
import { layOutSpots, type Spot } from './spots.ts'
import type { CoatStyle } from './style.ts'

/** Rest-pose body coordinates a coat covers: x towards the nose, y up, 1.2 from shoulder to rump. */
export const coatDomain = { left: -1.5, right: 1.6, bottom: -1.1, top: 0.8 } as const

/** One flank's coat, painted once and then read by body coordinates. */
export interface CoatMap {
  readonly width: number
  readonly height: number
  readonly texelsPerUnit: number
  /** Interleaved in [0, 255]: ink, the darker inside of rosettes, pale fur, the eye's amber. Row 0 is the lowest y. */
  readonly data: Uint8Array
}

export const coatChannels = 4

/**
 * Paints a flank of an individual. All edges are smoothed over 1.5 texels; choose `texelsPerUnit` near the photo's pixels
 * per body unit, and reading it bilinearly does not alias.
 */
export function paintCoat(style: CoatStyle, rng: Rng, texelsPerUnit: number): CoatMap {
  const width = Math.ceil((coatDomain.right - coatDomain.left) * texelsPerUnit)
  const height = Math.ceil((coatDomain.top - coatDomain.bottom) * texelsPerUnit)
  const coat: CoatMap = { width, height, texelsPerUnit, data: new Uint8Array(coatChannels * width * height) }
  const shapes = rng.fork('marks')
  for (const spot of layOutSpots(style, rng.fork('layout'))) {
    if (spot.pieces > 0) paintRosette(coat, spot, style, shapes)
    else paintBlot(coat, spot, shapes)
  }
  paintFace(coat)
  return coat
}

/** A solid spot: an ellipse with a wavering outline. */
function paintBlot(coat: CoatMap, spot: Spot, rng: Rng): void {
  const wobble = outline(0.1, rng)
  overSpot(coat, spot, 1.4, (i, rho, theta, edge) => {
    ink(coat, i, 0, 1 - smoothstep(-edge, edge, rho - wobble(theta)))
  })
}

/** A broken ring round a darker inside, with its inner spots. */
function paintRosette(coat: CoatMap, spot: Spot, style: CoatStyle, rng: Rng): void {
  const wobble = outline(style.ragged, rng)
  const phase = rng.uniform(0, 2 * Math.PI)
  const uneven = rng.uniform(0, 2 * Math.PI)
  const inner = Array.from({ length: spot.innerSpots }, (_, k) => {
    const angle = phase + (2 * Math.PI * k) / spot.innerSpots + rng.normal(0, 0.3)
    const distance = spot.innerSpots === 1 ? rng.uniform(0, 0.2) : rng.uniform(0.26, 0.42)
    return { x: distance * Math.cos(angle), y: distance * Math.sin(angle), r: style.innerSize * rng.uniform(0.85, 1.2) }
  })
  const threshold = Math.cos(Math.PI * (1 - style.gap)) // cos(nθ) stays below it for the share `gap` of the ring
  overSpot(coat, spot, 1.7, (i, rho, theta, edge) => {
    const ring = wobble(theta) * (1 - style.thickness)
    // Pieces swell in their middle and taper at the gaps.
    const along = Math.cos(spot.pieces * (theta + 0.25 * Math.sin(theta + uneven)) + phase) - threshold
    const half = style.thickness * Math.min(1, 0.45 + 0.75 * along)
    const piece = smoothstep(-0.25, 0.25, along)
    const line = piece * (1 - smoothstep(-edge, edge, Math.abs(rho - ring) - half))
    let spots = 0
    const x = rho * Math.cos(theta)
    const y = rho * Math.sin(theta)
    for (const s of inner)
      spots = Math.max(spots, 1 - smoothstep(-edge, edge, Math.sqrt((x - s.x) ** 2 + (y - s.y) ** 2) - s.r))
    ink(coat, i, 0, Math.max(line, spots))
    ink(coat, i, 1, style.inside * (1 - smoothstep(ring - 0.15, ring + 0.1, rho)))
  })
}

/** Muzzle, chin, eye surround, belly and inner legs are pale; nose, mouth, eye line and the back of the ear are black. */
function paintFace(coat: CoatMap): void {
  const { width, height, texelsPerUnit } = coat
  const soft = 1.2 / texelsPerUnit
  const oval = (x: number, y: number, cx: number, cy: number, rx: number, ry: number, feather: number) =>
    1 - smoothstep(-feather, feather, (Math.sqrt(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2) - 1) * Math.min(rx, ry))
  for (let row = 0; row < height; row++) {
    const y = coatDomain.bottom + (row + 0.5) / texelsPerUnit
    for (let column = 0; column < width; column++) {
      const x = coatDomain.left + (column + 0.5) / texelsPerUnit
      const i = row * width + column
      if (x < 0.8) {
        const belly = smoothstep(-0.2, -0.42, y) * smoothstep(0.44, 0.2, Math.abs(x + 0.02))
        const toes = smoothstep(-0.6, -0.78, y)
        ink(coat, i, 2, x < -0.9 ? 0 : Math.max(belly, 0.6 * toes, 0.3 * smoothstep(-0.15, -0.4, y)))
        ink(coat, i, 0, smoothstep(-0.5, -0.56, y) * smoothstep(-1, -1.06, x)) // tail tip
        continue
      }
      const muzzle = oval(x, y, 1.31, 0.07, 0.12, 0.1, 0.03)
      ink(coat, i, 2, Math.max(muzzle, smoothstep(0.07, -0.05, y), oval(x, y, 1.175, 0.265, 0.065, 0.05, 0.02)))
      coat.data[coatChannels * i] = coat.data[coatChannels * i]! * (1 - 0.75 * muzzle)
      ink(coat, i, 0, oval(x, y, 1.4, 0.155, 0.04, 0.036, soft)) // nose
      const mouth = Math.abs(y - (0.045 - 0.35 * (1.33 - x) ** 2 + 0.03 * (x - 1.2)))
      ink(coat, i, 0, 0.8 * (x > 1.19 && x < 1.38 ? 1 - smoothstep(0.003, 0.003 + 2 * soft, mouth) : 0))
      ink(coat, i, 0, 0.9 * oval(x, y, 0.965, 0.455, 0.065, 0.055, soft)) // ear
      ink(coat, i, 2, oval(x, y, 0.968, 0.435, 0.03, 0.028, soft))
      ink(coat, i, 0, oval(x, y, 1.175, 0.255, 0.042, 0.03, soft)) // eye
      ink(coat, i, 3, oval(x, y, 1.178, 0.257, 0.023, 0.019, soft) * (1 - oval(x, y, 1.18, 0.257, 0.008, 0.015, soft)))
    }
  }
}

/** An outline factor near 1, a few low harmonics of the angle. */
function outline(strength: number, rng: Rng): (theta: number) => number {
  const a = rng.uniform(0, 2 * Math.PI)
  const b = rng.uniform(0, 2 * Math.PI)
  return (theta) => 1 + strength * (0.6 * Math.sin(2 * theta + a) + 0.4 * Math.sin(3 * theta + b))
}

/** Visits the texels within `reach` radii of a spot with their elliptic polar coordinates; `edge` is ¾ texel in radii. */
function overSpot(
  coat: CoatMap,
  spot: Spot,
  reach: number,
  visit: (i: number, rho: number, theta: number, edge: number) => void,
): void {
  const { width, height, texelsPerUnit } = coat
  const long = spot.radius * Math.sqrt(spot.elongation)
  const short = spot.radius / Math.sqrt(spot.elongation)
  const cos = Math.cos(spot.slantRad)
  const sin = Math.sin(spot.slantRad)
  const edge = 0.75 / (texelsPerUnit * short)
  const bounds = (centre: number, low: number, size: number): [number, number] => [
    Math.max(0, Math.floor((centre - reach * long - low) * texelsPerUnit)),
    Math.min(size, Math.ceil((centre + reach * long - low) * texelsPerUnit)),
  ]
  const [left, right] = bounds(spot.x, coatDomain.left, width)
  const [bottom, top] = bounds(spot.y, coatDomain.bottom, height)
  for (let row = bottom; row < top; row++) {
    const dy = coatDomain.bottom + (row + 0.5) / texelsPerUnit - spot.y
    for (let column = left; column < right; column++) {
      const dx = coatDomain.left + (column + 0.5) / texelsPerUnit - spot.x
      const u = (cos * dx + sin * dy) / long
      const v = (-sin * dx + cos * dy) / short
      const rho = Math.sqrt(u * u + v * v)
      if (rho < reach) visit(row * width + column, rho, Math.atan2(v, u), edge)
    }
  }
}

function ink(coat: CoatMap, i: number, channel: number, coverage: number): void {
  const at = coatChannels * i + channel
  const value = Math.round(255 * coverage)
  if (value > coat.data[at]!) coat.data[at] = value
}
