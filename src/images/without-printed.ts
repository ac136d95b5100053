import type { ImageRGBA } from './decode.ts'
import type { Region } from './resize.ts'

/**
 * The image with what was printed over it painted out: each column of such a place runs evenly from the pixel above it to the pixel below. Where
 * there is none of one, at the edge of the photograph, it has the colour of the other. The image itself where nothing was printed.
 */
export function withoutPrinted(image: ImageRGBA): ImageRGBA {
  const { printed = [] } = image
  if (printed.length === 0) return image
  const data = new Uint8Array(image.data) // slice() of a Buffer would not copy
  for (const region of printed) paintOut({ ...image, data }, region)
  return { ...image, data, printed: undefined }
}

/** Whether a place of the image lies in what was printed over it. */
export function isPrinted({ printed = [] }: ImageRGBA, x: number, y: number): boolean {
  return printed.some((at) => x >= at.x && y >= at.y && x < at.x + at.width && y < at.y + at.height)
}

function paintOut({ width, height, data, photograph }: ImageRGBA, { x: left, y: top, ...region }: Region): void {
  const first = photograph?.y ?? 0
  const end = photograph === undefined ? height : photograph.y + photograph.height
  const below = top + region.height
  const from = top > first ? top - 1 : below
  const to = below < end ? below : top - 1
  if (from < first || from >= end || to < first || to >= end) return // nothing but text from top to bottom
  for (let x = left; x < left + region.width; x++)
    for (let y = top; y < below; y++) {
      const share = (y - top + 1) / (region.height + 1)
      for (let c = 0; c < 3; c++) {
        const [before, after] = [data[(from * width + x) * 4 + c]!, data[(to * width + x) * 4 + c]!]
        data[(y * width + x) * 4 + c] = Math.round(before + share * (after - before))
      }
    }
}
