import { type ImageRGBA, toEncode } from './decode.ts'

/** The image as PNG bytes. Not progressive, compression level 6: the same pixels give the same bytes. */
export async function encodePng(image: ImageRGBA): Promise<Uint8Array> {
  return toEncode(image).png({ compressionLevel: 6 }).toBuffer()
}

/** The image as JPEG bytes, its alpha left out. The same pixels give the same bytes. */
export async function encodeJpeg(image: ImageRGBA, quality = 85): Promise<Uint8Array> {
  return toEncode(image).removeAlpha().jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer()
}
