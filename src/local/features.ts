import type { Box, ImageRGBA } from '../images/index.ts'
import type { MatchRule } from './rule.ts'

/**
 * Places of a photo that can be found again, and how each looks. Letters: K keypoints, D numbers a descriptor.
 */
export interface LocalFeatures {
  readonly count: number
  /** D. */
  readonly dim: number
  /**
   * [K, 4]: x and y in pixels of the upright photo, (0, 0) the outer corner of its first pixel, whose centre is (0.5, 0.5); scale, the
   * σ of the blur at which the place stands out, in the same pixels; angle in radians, 0 … 2π, from x towards y (clockwise as seen).
   */
  readonly keypoints: Float32Array
  /** [K, D]: unit vectors, a number v as the byte 128 + round(254 v), held in 1 … 255. */
  readonly descriptors: Uint8Array
  /** [K], larger where a place is more likely to be found again; the first keypoint of a kind has the largest. */
  readonly reliability: Float32Array
  /** [K], rising: places of two kinds are never compared, such as dark and light ones; all are of one kind where that is absent. */
  readonly kinds?: Uint8Array | undefined
}

/** What an extractor looks at: a photo whose alpha is the animal's mask, and the animal's box where it is known. */
export interface LocalPhoto {
  readonly image: ImageRGBA
  readonly box?: Box | undefined
}

/** How a photo becomes keypoints and descriptors. Implementations: RootSIFT; a network joins by the same interface. */
export interface LocalExtractor {
  /** What people call it. */
  readonly name: string
  /** SHA-256 of all that decides its numbers: equal ones mean that descriptors may be compared. */
  readonly fingerprint: string
  /** D, numbers of a descriptor. */
  readonly dim: number
  /** How its descriptors are matched. */
  readonly rule: MatchRule
  /** The keypoints inside of the mask and of the box, of each kind the most reliable first. @throws InputError where the box lies outside of the photo. */
  extract(photo: LocalPhoto): Promise<LocalFeatures>
  /** The features that the photo mirrored left to right would have; absent where that is not known without looking at the photo again. */
  readonly mirrored?: (features: LocalFeatures) => LocalFeatures
  /** Gives threads and memory back. */
  release(): Promise<void>
}

/** The byte that stands for zero in a descriptor. */
export const descriptorZero = 128

/** One step of a byte: numbers of descriptors that tell something apart are below 0.5, so that 127 steps reach. */
export const descriptorStep = 1 / 254

/** Writes the unit vector `values` [D] as bytes at `at`. */
export function storeDescriptor(values: ArrayLike<number>, descriptors: Uint8Array, at: number): void {
  for (let d = 0; d < values.length; d++)
    descriptors[at + d] = descriptorZero + Math.max(-127, Math.min(127, Math.round(values[d]! / descriptorStep)))
}

/** The cosine of descriptors `i` of a and `j` of b. */
export function descriptorCosine(a: LocalFeatures, i: number, b: LocalFeatures, j: number): number {
  let sum = 0
  for (let d = 0, p = i * a.dim, q = j * b.dim; d < a.dim; d++, p++, q++)
    sum += (a.descriptors[p]! - descriptorZero) * (b.descriptors[q]! - descriptorZero)
  return sum * descriptorStep * descriptorStep
}
