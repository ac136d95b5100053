import type { Rng } from '../base/index.ts'
import type { CoatStyle } from './style.ts'

/** One mark of a coat, in rest-pose body coordinates. */
export interface Spot {
  readonly x: number
  readonly y: number
  /** Geometric mean of the half axes. */
  readonly radius: number
  readonly elongation: number
  readonly slantRad: number
  /** 0 for a solid spot, otherwise a rosette of so many pieces. */
  readonly pieces: number
  readonly innerSpots: number
}

/** What a place on the body carries: how dense, how large, and whether rosettes or solid spots. */
interface Zone {
  readonly spacing: number
  readonly radius: number
  readonly rosettes: number
  readonly elongation: number
  readonly slantRad: number
}

/**
 * The layout of one flank: Poisson-disc positions whose distance follows the zone (Cook 1986, by dart throwing, large marks
 * first), then each mark's own size, slant and parts. Same style and another generator give the other flank.
 */
export function layOutSpots(style: CoatStyle, rng: Rng): Spot[] {
  const spots: (Spot & { readonly reach: number })[] = dorsalLine(style, rng.fork('dorsal'))
  const darts = rng.fork('darts')
  const shapes = rng.fork('shapes')
  for (const pass of [1, 0.66, 0]) {
    for (let dart = 0; dart < 5000; dart++) {
      const x = darts.uniform(-1.45, 1.42)
      const y = darts.uniform(-1, 0.6)
      const zone = zoneAt(x, y, style)
      if (zone.rosettes < pass) continue
      const reach = zone.spacing / 2
      if (spots.some((s) => (s.x - x) ** 2 + (s.y - y) ** 2 < (s.reach + reach) ** 2)) continue
      spots.push({ ...spotIn(zone, style, shapes), x, y, reach })
    }
  }
  return [...spots, ...freckles(spots, style, rng.fork('freckles'))]
}

/** Small solid spots in what gaps the rosettes leave. */
function freckles(spots: readonly (Spot & { readonly reach: number })[], style: CoatStyle, rng: Rng): Spot[] {
  const found: (Spot & { readonly reach: number })[] = []
  for (let dart = 0; dart < 1200 * style.freckles; dart++) {
    const x = rng.uniform(-0.9, 0.95)
    const y = rng.uniform(-0.36, 0.42)
    const reach = 0.04
    const near = (s: Spot & { readonly reach: number }) =>
      (s.x - x) ** 2 + (s.y - y) ** 2 < (Math.max(s.reach, 1.15 * s.radius) + reach) ** 2
    if (spots.some(near) || found.some(near)) continue
    const radius = reach * style.spotSize * rng.uniform(0.35, 0.6)
    found.push({
      x,
      y,
      radius,
      reach,
      elongation: rng.uniform(1, 1.8),
      slantRad: style.slantRad,
      pieces: 0,
      innerSpots: 0,
    })
  }
  return found
}

function spotIn(zone: Zone, style: CoatStyle, rng: Rng): Omit<Spot, 'x' | 'y'> {
  const rosette = zone.rosettes > 0 && !rng.chance(style.solid)
  const large = zone.rosettes === 1
  const radius = zone.radius * rng.uniform(0.82, 1.12) * (zone.rosettes > 0 && !rosette ? 0.72 : 1)
  return {
    radius,
    elongation: 1 + (zone.elongation - 1) * rng.uniform(0.6, 1.3),
    slantRad: zone.slantRad + rng.normal(0, 0.25),
    pieces: rosette ? Math.max(2, style.pieces + rng.int(3) - 1) : 0,
    innerSpots: rosette && large ? Math.max(0, style.innerSpots + (rng.chance(0.3) ? rng.int(3) - 1 : 0)) : 0,
  }
}

function zoneAt(x: number, y: number, style: CoatStyle): Zone {
  const { spacing, spotSize } = style
  const rosette = (scale: number, rosettes: number): Zone => ({
    spacing: spacing * scale,
    radius: (spacing * scale * style.fill) / 2,
    rosettes,
    elongation: style.elongation,
    slantRad: style.slantRad,
  })
  const solid = (distance: number, radius: number, elongation: number, slantRad: number): Zone => ({
    spacing: distance,
    radius: radius * spotSize,
    rosettes: 0,
    elongation,
    slantRad,
  })
  if (x > 0.9 && y > -0.1) return solid(0.062, 0.0165, 1.2, 0.4) // head
  if (x < -0.9) return solid(0.1, 0.03, 1.5, 1.3) // tail
  if (y < -0.56) return solid(0.072, 0.021, 1.3, 0) // lower legs
  if (y < -0.36) return solid(0.1, 0.031, 1.5, 0.15) // upper legs
  if (y < -0.24) return solid(0.105, 0.035, 1.7, 0.1) // belly, elbow and knee
  if (x > 0.66) return rosette(0.66, 0.66) // neck
  if (x < -0.5 && y < -0.05) return rosette(0.75, 0.66) // haunch
  if (x > 0.36 && y < -0.05) return rosette(0.78, 0.66) // shoulder
  return rosette(1, 1)
}

/** The row of long marks along the spine, which meets both flanks. */
function dorsalLine(style: CoatStyle, rng: Rng): (Spot & { readonly reach: number })[] {
  const line: (Spot & { readonly reach: number })[] = []
  for (let x = -0.85; x < 0.8; ) {
    const length = rng.uniform(0.07, 0.12) * (0.6 + 2 * style.spacing)
    const radius = length / 2.6
    line.push({
      x: x + length / 2,
      y: 0.405 + rng.normal(0, 0.008),
      radius,
      elongation: 2.4,
      slantRad: rng.normal(0, 0.12),
      pieces: 0,
      innerSpots: 0,
      reach: length * 0.42,
    })
    x += length * rng.uniform(1.15, 1.45)
  }
  return line
}
