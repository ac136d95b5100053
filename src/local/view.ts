import {
  type Box,
  boxRegion,
  type ImageRGBA,
  isPrinted,
  maskRegion,
  type Region,
  resizeRgb,
  withoutPrinted,
} from '../images/index.ts'
import type { LocalPhoto } from './features.ts'
import { type Plane, plane } from './plane.ts'

/** The part of a photo that is looked at: the animal and a little around it, so that what lies at its edge can be described. */
export interface View extends Pick<AnimalRegion, 'isAnimal'> {
  /** Brightness, 0 to 1. */
  readonly brightness: Plane
  /** Pixels of the photo that a pixel of the view is, in x and in y. */
  readonly pixel: readonly [number, number]
  /** Where the view begins in the photo. */
  readonly left: number
  readonly top: number
}

/** Shown around the animal, of its sides: nothing is blackened, for edges that are no coat would stand out most. */
const margin = 0.1

/** Alpha from which a pixel is the animal. */
const maskThreshold = 128

/** The part of a photo around the animal, and which places of the photo are the animal. */
export interface AnimalRegion {
  readonly region: Region
  /** Whether a place of the photo is the animal: inside of its box, and of its mask, and no text that a camera printed over it. */
  readonly isAnimal: (x: number, y: number) => boolean
}

/** The animal's box and mask with a little around them. @throws InputError where the box lies outside of the photo. */
export function regionOf({ image, box }: LocalPhoto): AnimalRegion {
  const inside = boxRegion(image, box)
  return {
    region: maskRegion(image, widened(inside, around(inside, image)), margin),
    isAnimal: (x, y) =>
      isInside(inside, x, y) &&
      !isPrinted(image, x, y) &&
      image.data[(Math.floor(y) * image.width + Math.floor(x)) * 4 + 3]! >= maskThreshold,
  }
}

/** The animal as brightness, its long side `longSidePx` at most. @throws InputError where the box lies outside of the photo. */
export function viewOf(photo: LocalPhoto, longSidePx: number): View {
  const { region, isAnimal } = regionOf(photo)
  const shrink = Math.min(1, longSidePx / Math.max(region.width, region.height))
  const widthPx = Math.max(1, Math.round(region.width * shrink))
  const heightPx = Math.max(1, Math.round(region.height * shrink))
  const rgb = resizeRgb(withoutPrinted(photo.image), region, { widthPx, heightPx, kernel: 'bilinear' })
  return {
    brightness: brightnessOf(rgb, widthPx, heightPx),
    pixel: [region.width / widthPx, region.height / heightPx],
    left: region.x,
    top: region.y,
    isAnimal,
  }
}

/** What of the photo may be seen around the animal: not the strips of text that a camera printed beside the photograph. */
function around(inside: Region, { width, height, photograph }: ImageRGBA): Region {
  const isBeside =
    photograph === undefined || inside.y < photograph.y || inside.y + inside.height > photograph.y + photograph.height
  return isBeside ? { x: 0, y: 0, width, height } : photograph
}

function widened({ x, y, width, height }: Region, within: Region): Region {
  const left = Math.max(within.x, x - Math.round(margin * width))
  const top = Math.max(within.y, y - Math.round(margin * height))
  const right = Math.min(within.x + within.width, x + width + Math.round(margin * width))
  const bottom = Math.min(within.y + within.height, y + height + Math.round(margin * height))
  return { x: left, y: top, width: right - left, height: bottom - top }
}

function isInside({ x, y, width, height }: Box, px: number, py: number): boolean {
  return px >= x && py >= y && px < x + width && py < y + height
}

/** 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), of 1. */
function brightnessOf(rgb: Uint8Array, width: number, height: number): Plane {
  const out = plane(width, height)
  for (let i = 0, p = 0; i < out.data.length; i++, p += 3)
    out.data[i] = (0.299 * rgb[p]! + 0.587 * rgb[p + 1]! + 0.114 * rgb[p + 2]!) / 255
  return out
}
