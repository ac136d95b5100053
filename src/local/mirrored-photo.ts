import { boxRegion, type Region } from '../images/index.ts'
import type { LocalPhoto } from './features.ts'

/**
 * The photo mirrored left to right, its mask, its box and the places of its captions with it.
 * @throws InputError where the box lies outside of the photo.
 */
export function mirroredPhoto({ image, box }: LocalPhoto): LocalPhoto {
  const { width, height, photograph, printed = [] } = image
  const pixels = new Uint32Array(new Uint8Array(image.data).buffer) // a copy: RGBA of a pixel is one number
  for (let y = 0; y < height; y++) pixels.subarray(y * width, (y + 1) * width).reverse()
  const across = (region: Region): Region => ({ ...region, x: width - region.x - region.width })
  const mirrored = {
    ...{ width, height, data: new Uint8Array(pixels.buffer) },
    photograph: photograph && across(photograph),
    printed: printed.map(across),
  }
  return box === undefined ? { image: mirrored } : { image: mirrored, box: across(boxRegion(image, box)) }
}
