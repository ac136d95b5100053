import { type Box, type ImageRGBA, withoutPrinted } from '../images/index.ts'
import type { Located } from './located.ts'
import type { Locator } from './locator.ts'

/** What a locator finds in the photograph itself, without the strips of text beside it and the text over it, in pixels of the whole image. */
export async function inPhotograph(locator: Pick<Locator, 'locate'>, image: ImageRGBA): Promise<Located> {
  const { photograph, width, height, data } = withoutPrinted(image)
  if (photograph === undefined) return locator.locate(image)
  // strips are as wide as the image, so that the rows between them lie together
  const rows = data.subarray(photograph.y * width * 4, (photograph.y + photograph.height) * width * 4)
  const { animals, others } = await locator.locate({ width, height: photograph.height, data: rows })
  const moved = (box: Box): Box => ({ ...box, y: box.y + photograph.y })
  const framed = (mask: Uint8Array) => {
    const whole = new Uint8Array(width * height)
    whole.set(mask, photograph.y * width)
    return whole
  }
  return {
    width,
    height,
    animals: animals.map(({ box, mask, ...animal }) => ({
      ...animal,
      box: moved(box),
      ...(mask === undefined ? {} : { mask: framed(mask) }),
    })),
    others: others.map(({ box, ...other }) => ({ ...other, box: moved(box) })),
  }
}
