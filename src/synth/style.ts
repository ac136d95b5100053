import type { Rng } from '../base/index.ts'

/** What makes one jaguar's coat unlike another's, both flanks alike. Lengths in body units (shoulder to rump is 1.2). */
export interface CoatStyle {
  /** Distance between neighbouring rosettes on the torso, 0.15 … 0.29. */
  readonly spacing: number
  /** Ring radius over half the spacing, 0.66 … 1.14. */
  readonly fill: number
  /** Length over width of a rosette, 1 … 2.7. */
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
  /** How many small spots stand in the gaps between rosettes, 0 … 3. */
  readonly freckles: number
  /** Size of the solid spots on belly and legs, over the usual one. */
  readonly spotSize: number
}

type Range = readonly [number, number]
type Drawn = Exclude<keyof CoatStyle, 'spacing'>

/** Families of coats as jaguars have them; an individual's values lie between the bounds. */
const families: readonly Readonly<Record<Drawn, Range>>[] = [
  // Thin rings in many pieces round a dark inside.
  family({
    pieces: [5, 7],
    gap: [0.3, 0.4],
    thickness: [0.15, 0.2],
    innerSpots: [0, 0],
    inside: [0.9, 1],
    solid: [0, 0],
  }),
  // Heavy closed rings with one eye in the middle.
  family({ pieces: [2, 3], gap: [0.02, 0.08], thickness: [0.24, 0.3], innerSpots: [1, 1], innerSize: [0.22, 0.3] }),
  // Blotches without an inside.
  family({ solid: [0.65, 0.8], fill: [0.96, 1.06], ragged: [0.1, 0.2], freckles: [0, 0] }),
  // Petals: three or four thick pieces that nearly meet.
  family({ pieces: [3, 4], gap: [0.25, 0.35], thickness: [0.34, 0.42], innerSpots: [0, 0], inside: [0, 0.2] }),
  // Long slanting links.
  family({
    elongation: [2.1, 2.7],
    slantRad: [-0.9, 0.9],
    pieces: [2, 3],
    gap: [0.1, 0.2],
    thickness: [0.26, 0.34],
    innerSpots: [0, 0],
  }),
  // Wide open rings full of small spots.
  family({
    pieces: [6, 7],
    gap: [0.12, 0.22],
    thickness: [0.13, 0.17],
    innerSpots: [3, 4],
    innerSize: [0.15, 0.19],
    fill: [1.02, 1.14],
  }),
  // Unbroken hoops, dark inside.
  family({
    pieces: [2, 2],
    gap: [0.01, 0.04],
    thickness: [0.13, 0.17],
    innerSpots: [0, 0],
    inside: [0.9, 1],
    ragged: [0.02, 0.06],
    freckles: [0, 0],
  }),
  // Small rosettes far apart in a crowd of spots.
  family({ fill: [0.66, 0.76], gap: [0.05, 0.15], innerSpots: [0, 1], freckles: [2, 3] }),
]

function family(special: Partial<Record<Drawn, Range>>): Readonly<Record<Drawn, Range>> {
  return {
    fill: [0.94, 1.08],
    elongation: [1, 1.4],
    slantRad: [-0.6, 0.6],
    pieces: [3, 6],
    gap: [0.1, 0.3],
    thickness: [0.2, 0.3],
    innerSpots: [0, 2],
    innerSize: [0.14, 0.22],
    inside: [0.2, 1],
    solid: [0, 0.12],
    ragged: [0.02, 0.15],
    freckles: [-0.5, 1],
    spotSize: [0.7, 1.4],
    ...special,
  }
}

const spacingRange: Range = [0.15, 0.29]

/**
 * One style for each of n identities. Families take turns; inside a family spacings are spread evenly over their range, and
 * every other parameter over its own (Latin hypercube: n slices, each used once), so that no two animals of a dataset are
 * alike by accident however few or many there are.
 */
export function coatStyles(n: number, rng: Rng): CoatStyle[] {
  const column = (name: string): number[] => {
    const draw = rng.fork(name)
    return draw.shuffle(Array.from({ length: n }, (_, i) => i)).map((slice) => (slice + draw.uniform(0.1, 0.9)) / n)
  }
  const columns: Record<Drawn, number[]> = {
    fill: column('fill'),
    elongation: column('elongation'),
    slantRad: column('slant'),
    pieces: column('pieces'),
    gap: column('gap'),
    thickness: column('thickness'),
    innerSpots: column('innerSpots'),
    innerSize: column('innerSize'),
    inside: column('inside'),
    solid: column('solid'),
    ragged: column('ragged'),
    freckles: column('freckles'),
    spotSize: column('spotSize'),
  }
  const spacing = rng.fork('spacing')
  const order = rng.fork('families').shuffle(Array.from({ length: n }, (_, i) => i))
  const perFamily = Math.ceil(n / families.length)
  return order.map((place, i) => {
    const ranges = families[place % families.length]!
    const value = (name: Drawn) => between(ranges[name], columns[name][i]!)
    const count = (name: Drawn) =>
      ranges[name][0] + Math.floor((ranges[name][1] - ranges[name][0] + 1) * columns[name][i]!)
    return {
      spacing: between(spacingRange, (Math.floor(place / families.length) + spacing.uniform(0.25, 0.75)) / perFamily),
      fill: value('fill'),
      elongation: value('elongation'),
      slantRad: value('slantRad'),
      pieces: count('pieces'),
      gap: value('gap'),
      thickness: value('thickness'),
      innerSpots: count('innerSpots'),
      innerSize: value('innerSize'),
      inside: value('inside'),
      solid: value('solid'),
      ragged: value('ragged'),
      freckles: Math.max(0, value('freckles')),
      spotSize: value('spotSize'),
    }
  })
}

function between([low, high]: Range, t: number): number {
  return low + (high - low) * t
}
