import type { Rng } from '../../base/index.ts'

/** What makes one jaguar's coat unlike another's, both flanks alike. Lengths in body units (shoulder to rump is 1.2). */
export interface CoatStyle {
  /** Distance between neighbouring rosettes on the torso, 0.165 … 0.27. */
  readonly spacing: number
  /** Ring radius over half the spacing, 0.86 … 1.08. */
  readonly fill: number
  /** Length over width of a rosette, 1 … 1.7. */
  readonly elongation: number
  /** Direction of the long axis, radians from the body's axis. */
  readonly slantRad: number
  /** Pieces a ring is broken into. */
  readonly pieces: number
  /** Share of a ring that is gap. */
  readonly gap: number
  /** Half width of the ring's line over its radius. */
  readonly thickness: number
  /** Spots inside a ring. */
  readonly innerSpots: number
  /** Radius of those over the ring's. */
  readonly innerSize: number
  /** How much darker than the coat a rosette's inside is, 0 … 1. */
  readonly inside: number
  /** Share of the rosettes that are closed to a blotch. */
  readonly solid: number
  /** Departure of the rings from ellipses. */
  readonly ragged: number
  /** How many small spots stand in the gaps between rosettes, 0 … 1. */
  readonly freckles: number
  /** Size of the solid spots on belly and legs, over the usual one. */
  readonly spotSize: number
}

/**
 * One style for each of n identities by Latin hypercube: every parameter's range is cut into n equal slices and each slice
 * is used once, so that no two animals of a dataset are alike by accident however few or many there are.
 */
export function coatStyles(n: number, rng: Rng): CoatStyle[] {
  const column = (name: string): number[] => {
    const draw = rng.fork(name)
    return draw.shuffle(Array.from({ length: n }, (_, i) => i)).map((slice) => (slice + draw.uniform(0.1, 0.9)) / n)
  }
  const spacing = column('spacing')
  const fill = column('fill')
  const elongation = column('elongation')
  const slant = column('slant')
  const pieces = column('pieces')
  const gap = column('gap')
  const thickness = column('thickness')
  const innerSpots = column('innerSpots')
  const innerSize = column('innerSize')
  const inside = column('inside')
  const solid = column('solid')
  const ragged = column('ragged')
  const freckles = column('freckles')
  const spotSize = column('spotSize')
  const between = (low: number, high: number, t: number | undefined) => low + (high - low) * t!
  return spacing.map((s, i) => ({
    spacing: between(0.165, 0.27, s),
    fill: between(0.86, 1.08, fill[i]),
    elongation: between(1, 1.7, elongation[i]),
    slantRad: between(-0.7, 0.7, slant[i]),
    pieces: 2 + Math.floor(5 * pieces[i]!),
    gap: between(0.06, 0.42, gap[i]),
    thickness: between(0.15, 0.36, thickness[i]),
    innerSpots: Math.floor(4 * innerSpots[i]!),
    innerSize: between(0.14, 0.24, innerSize[i]),
    inside: between(0.1, 1, inside[i]),
    solid: between(-0.2, 0.5, solid[i]),
    ragged: between(0.02, 0.2, ragged[i]),
    freckles: Math.max(0, between(-0.3, 1, freckles[i])) ** 2,
    spotSize: between(0.75, 1.35, spotSize[i]),
  }))
}
