import sharp from 'sharp'
import type { ImageRGBA } from './decode.ts'

/** The image as PNG bytes. Not progressive, compression level 6: the same pixels give the same bytes. */
export async function encodePng(image: ImageRGBA): Promise<Uint8Array> {
  const { width, height, data } = image
  return sharp(data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 6 })
    .toBuffer()
}

/** The image as JPEG bytes, its alpha left out. The same pixels give the same bytes. */
export async function encodeJpeg(image: ImageRGBA, quality = 85): Promise<Uint8Array> {
  const { width, height, data } = image
  return sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer()
}
