import { type ImageRGBA, toEncode } from './decode.ts'

/** How a PNG is written: zlib's level, from 0 to 9, and whether it keeps the image's alpha. */
export interface PngOptions {
  readonly compressionLevel?: number
  readonly alpha?: boolean
}

/** The image as PNG bytes, not progressive. The same pixels give the same bytes. */
export async function encodePng(
  image: ImageRGBA,
  { compressionLevel = 6, alpha = true }: PngOptions = {},
): Promise<Uint8Array> {
  const pixels = alpha ? toEncode(image) : toEncode(image).removeAlpha()
  return pixels.png({ compressionLevel }).toBuffer()
}

/** The image as JPEG bytes, its alpha left out. The same pixels give the same bytes. */
export async function encodeJpeg(image: ImageRGBA, quality = 85): Promise<Uint8Array> {
  return toEncode(image).removeAlpha().jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer()
}
