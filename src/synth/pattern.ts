import type { Rng } from '../base/index.ts'
import { smoothstep } from './canvas.ts'
import { type CoatMap, coatChannels, coatDomain, paintCoat } from './coat.ts'
import { coatStyles } from './style.ts'

/** Families of coats: jaguars' rosettes as the studio draws them, and four that band-pass noise makes. */
export const patternFamilies = ['rosettes', 'spots', 'stripes', 'marbling', 'broken stripes'] as const

/** What a coat's marks are like; individuals of one family differ in where they are, and a little in size and shape. */
export type PatternFamily = (typeof patternFamilies)[number]

/** What noise makes a pattern: lengths in body units, angles in radians. */
interface Noise {
  /** Marks in a body unit. */
  readonly frequency: number
  /** Departure of the waves' frequencies from it, as a share. */
  readonly band: number
  /** Mean direction of the waves and their standard deviation; undefined for all directions alike. */
  readonly direction: { readonly rad: number; readonly spreadRad: number } | undefined
  /** Noise above it, in its standard deviations, is a mark. */
  readonly threshold: number
  /** How much the threshold rises and falls over the body: marks thin out, break up, or run together. */
  readonly unevenness: number
}

type NoiseFamily = Exclude<PatternFamily, 'rosettes'>

type Sheet = Omit<CoatMap, 'data'>

const noises = {
  spots: (rng) => ({
    frequency: rng.uniform(4, 9),
    band: rng.uniform(0.1, 0.35),
    direction: undefined,
    threshold: rng.uniform(0.5, 1),
    unevenness: rng.uniform(0, 0.4),
  }),
  stripes: (rng) => ({
    frequency: rng.uniform(3, 8),
    band: rng.uniform(0.08, 0.25),
    direction: { rad: rng.normal(0, 0.25), spreadRad: rng.uniform(0.12, 0.3) },
    threshold: rng.uniform(-0.1, 0.8),
    unevenness: rng.uniform(0, 0.4),
  }),
  marbling: (rng) => ({
    frequency: rng.uniform(3, 7),
    band: rng.uniform(0.1, 0.3),
    direction: rng.chance(0.5) ? undefined : { rad: rng.normal(0, 0.7), spreadRad: 0.6 },
    threshold: rng.uniform(-0.3, 0.3),
    unevenness: rng.uniform(0, 0.5),
  }),
  'broken stripes': (rng) => ({
    frequency: rng.uniform(3.5, 8),
    band: rng.uniform(0.1, 0.25),
    direction: { rad: rng.normal(0, 0.3), spreadRad: rng.uniform(0.15, 0.35) },
    threshold: rng.uniform(0.3, 0.9),
    unevenness: rng.uniform(0.8, 1.4),
  }),
} as const satisfies Record<NoiseFamily, (rng: Rng) => Noise>

const noiseFamilies = patternFamilies.filter((family) => family !== 'rosettes')

/** Waves that a noise is the sum of: enough that it does not repeat on a body. */
const waves = 20

/**
 * Paints a flank of an individual with another coat than a jaguar's: band-pass noise, a sum of waves of nearly one length, cut at a threshold. All
 * directions give spots and mazes, one direction gives stripes that fork. Three in ten have marks of a second family too. Marks are dark on light fur or, for a third of the animals, pale on dark.
 */
export function paintPattern(family: PatternFamily, rng: Rng, texelsPerUnit: number): CoatMap {
  if (family === 'rosettes') return paintCoat(coatStyles(1, rng.fork('style'))[0]!, rng.fork('coat'), texelsPerUnit)
  const width = Math.ceil((coatDomain.right - coatDomain.left) * texelsPerUnit)
  const height = Math.ceil((coatDomain.top - coatDomain.bottom) * texelsPerUnit)
  const sheet = { width, height, texelsPerUnit }
  const marks = noiseMarks(sheet, family, rng.fork('marks'))
  if (rng.chance(0.3)) join(marks, noiseMarks(sheet, rng.pick(noiseFamilies), rng.fork('more marks')))
  const strength = rng.uniform(0.2, 1)
  const isPale = rng.chance(1 / 3)
  const data = new Uint8Array(coatChannels * width * height)
  for (let i = 0; i < marks.length; i++) {
    const mark = strength * marks[i]!
    data[coatChannels * i + (isPale ? 2 : 0)] = Math.round(255 * mark)
    if (isPale) data[coatChannels * i + 1] = Math.round(255 * (1 - mark))
  }
  return { ...sheet, data }
}

/** How much of each texel is a mark, its edges smoothed over 1.5 texels. */
function noiseMarks(sheet: Sheet, family: NoiseFamily, rng: Rng): Float32Array {
  const noise = noises[family](rng.fork('noise'))
  const marks = randomWaves(sheet, noise, rng.fork('waves'))
  const slow = { frequency: rng.uniform(0.7, 1.6), band: 0.4, direction: undefined }
  const patches = randomWaves(sheet, slow, rng.fork('patches'))
  const edge = (0.75 * 2 * Math.PI * noise.frequency) / sheet.texelsPerUnit // ¾ texel in the noise's units
  for (let i = 0; i < marks.length; i++)
    marks[i] = smoothstep(-edge, edge, marks[i]! - noise.threshold - noise.unevenness * patches[i]!)
  return marks
}

/** A place is a mark where either has one. */
function join(marks: Float32Array, others: Float32Array): void {
  for (let i = 0; i < marks.length; i++) marks[i] = Math.max(marks[i]!, others[i]!)
}

/** Σ cos(2π f (x cos θ + y sin θ) + φ) over waves, with a variance of 1. The cosine of a sum is two products of a row's and a column's numbers. */
function randomWaves(
  { width, height, texelsPerUnit }: Sheet,
  { frequency, band, direction }: Pick<Noise, 'frequency' | 'band' | 'direction'>,
  rng: Rng,
): Float32Array {
  const out = new Float32Array(width * height)
  const amplitude = Math.sqrt(2 / waves)
  for (let wave = 0; wave < waves; wave++) {
    const angle = direction === undefined ? rng.uniform(0, 2 * Math.PI) : rng.normal(direction.rad, direction.spreadRad)
    const perTexel = (2 * Math.PI * frequency * Math.exp(rng.normal(0, band))) / texelsPerUnit
    const phase = rng.uniform(0, 2 * Math.PI)
    const [dx, dy] = [perTexel * Math.cos(angle), perTexel * Math.sin(angle)]
    const cosX = Float32Array.from({ length: width }, (_, column) => amplitude * Math.cos(dx * column + phase))
    const sinX = Float32Array.from({ length: width }, (_, column) => amplitude * Math.sin(dx * column + phase))
    for (let row = 0, i = 0; row < height; row++) {
      const [cosY, sinY] = [Math.cos(dy * row), Math.sin(dy * row)]
      for (let column = 0; column < width; column++, i++) out[i] = out[i]! + cosX[column]! * cosY - sinX[column]! * sinY
    }
  }
  return out
}
