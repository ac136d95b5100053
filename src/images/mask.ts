import { check } from '../base/index.ts'
import type { ImageRGBA } from './decode.ts'
import { isPicture } from './mask-or-picture.ts'
import { drawOutline, type Outline, outlineFrame } from './outline.ts'

/** How far the sides of photo and mask may differ in proportion: a mask of half the size is rounded. */
const proportion = 0.02

/**
 * The photo with a mask as its alpha channel: α = the photo's own · the mask's. A mask's alpha is its alpha channel where it has one, else its
 * brightness; where that stays below half of white, it holds numbers of parts (0 and 1, say), and all but 0 is the animal. A mask of another
 * size but the same proportions is scaled. @throws InputError naming the mask where its proportions differ, and where it is a photograph.
 */
export function withMask(image: ImageRGBA, mask: ImageRGBA, name: string): ImageRGBA {
  const { width, height } = image
  checkProportions(mask, image, name)
  const alpha = alphaOf(mask, name)
  const data = new Uint8Array(image.data) // slice() of a Buffer would not copy
  for (let y = 0; y < height; y++) {
    const row = Math.min(mask.height - 1, Math.floor(((y + 0.5) * mask.height) / height)) * mask.width
    for (let x = 0; x < width; x++) {
      const column = Math.min(mask.width - 1, Math.floor(((x + 0.5) * mask.width) / width))
      const p = (y * width + x) * 4 + 3
      data[p] = Math.round((data[p]! * alpha[row + column]!) / 255)
    }
  }
  return { ...image, data }
}

/**
 * The photo with what an outline leaves out transparent; what was transparent stays so. An outline of a picture of another size but the same
 * proportions is scaled. @throws InputError calling it `name` where its proportions differ.
 */
export function withOutline(image: ImageRGBA, outline: Outline, name: string): ImageRGBA {
  const frame = outlineFrame(outline, image)
  const { width = frame.width, height = frame.height } = outline
  checkProportions({ width, height }, frame, name)
  const animal = drawOutline(outline, image)
  const data = new Uint8Array(image.data) // slice() of a Buffer would not copy
  for (let i = 0; i < animal.length; i++) if (animal[i] === 0) data[i * 4 + 3] = 0
  return { ...image, data }
}

type Size = Pick<ImageRGBA, 'width' | 'height'>

function checkProportions(mask: Size, { width, height }: Size, name: string): void {
  const same = Math.abs((mask.width * height) / (mask.height * width) - 1) <= proportion
  const swapped = !same && Math.abs((mask.height * height) / (mask.width * width) - 1) <= proportion
  check(
    same,
    `${name}: a mask of ${mask.width}×${mask.height} does not fit a photo of ${width}×${height}`,
    swapped ? 'the mask was drawn before EXIF turned the photo: turn it upright' : undefined,
  )
}

/** [height · width], 0 to 255. */
function alphaOf(mask: ImageRGBA, name: string): Uint8Array {
  const { data, width, height } = mask
  const channels = Uint8Array.from({ length: width * height }, (_, i) => data[i * 4 + 3]!)
  if (channels.some((alpha) => alpha < 255)) return channels
  check(
    !isPicture(mask),
    `mask ${name}: a photograph, expected a mask: the animal white and all else black`,
    'masks are pictures of their own, named as the photos are; leave them out where there are none',
  )
  const brightness = channels.map((_, i) => Math.max(data[i * 4]!, data[i * 4 + 1]!, data[i * 4 + 2]!))
  const brightest = brightness.reduce((most, value) => Math.max(most, value), 0)
  return brightest >= 128 ? brightness : brightness.map((value) => (value > 0 ? 255 : 0))
}
