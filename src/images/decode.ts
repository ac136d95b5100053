import sharp from 'sharp'

/** Pixels in memory: RGBA, 8 bits a channel, row-major, `data.length === 4 · width · height`; alpha 255 where the file has none. */
export interface ImageRGBA {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** The image as PNG bytes. Not progressive, compression level 6: the same pixels give the same bytes. */
export async function encodePng(image: ImageRGBA): Promise<Uint8Array> {
  const { width, height, data } = image
  return sharp(data, { raw: { width, height, channels: 4 } }).png({ compressionLevel: 6 }).toBuffer()
}
