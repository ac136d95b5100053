import type { Box } from '../images/index.ts'

/** A photo's size, upright. */
export interface PhotoSides {
  readonly width: number
  readonly height: number
}

/** An animal on a photo. */
export interface LocatedAnimal {
  /** In pixels of the upright photo. */
  readonly box: Box
  /** 0 to 1: a detector's own, or the mean of a segmenter's probabilities in the mask. */
  readonly confidence: number
  /** What a detector calls it, a class of its description; undefined of a segmenter. */
  readonly class?: string | undefined
  /** Of a segmenter: [height, width] of the photo, 255 where the animal is, else 0. */
  readonly mask?: Uint8Array | undefined
}

/** Somebody or something that is no animal, and that MegaDetector's files tell too. */
export interface LocatedOther {
  readonly kind: 'person' | 'vehicle'
  readonly box: Box
  readonly confidence: number
}

/** What was found on a photo: animals, the largest first, and others. */
export interface Located extends PhotoSides {
  readonly animals: readonly LocatedAnimal[]
  readonly others: readonly LocatedOther[]
}
