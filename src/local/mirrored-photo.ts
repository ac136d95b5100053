import { boxRegion } from '../images/index.ts'
import type { LocalPhoto } from './features.ts'

/** The photo mirrored left to right, its mask and its box with it. @throws InputError where the box lies outside of the photo. */
export function mirroredPhoto({ image, box }: LocalPhoto): LocalPhoto {
  const { width, height } = image
  const pixels = new Uint32Array(new Uint8Array(image.data).buffer) // a copy: RGBA of a pixel is one number
  for (let y = 0; y < height; y++) pixels.subarray(y * width, (y + 1) * width).reverse()
  const data = new Uint8Array(pixels.buffer)
  if (box === undefined) return { image: { width, height, data } }
  const { x, y, ...sides } = boxRegion(image, box)
  return { image: { width, height, data }, box: { x: width - x - sides.width, y, ...sides } }
}
