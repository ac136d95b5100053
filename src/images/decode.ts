import sharp from 'sharp'
import { type DecodeOptions, readPhotoFile, usePhoto } from './photo-file.ts'

/** Pixels in memory: RGBA, 8 bits a channel, row-major, `data.length === 4 · width · height`; alpha 255 where the file has none. */
export interface ImageRGBA {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** Part of every cache key: changes whenever the same file would decode to other pixels. */
export const decoderVersion = `1/sharp-${sharp.versions.sharp ?? '?'}/vips-${sharp.versions.vips}`

/**
 * A picture file (a path, or its bytes) as sRGB pixels, turned upright by its EXIF orientation; of several pages or frames
 * the first. Colours under transparent pixels are kept as they are stored.
 * @throws InputError naming the file where it is missing, empty, truncated or damaged, no picture, or past `limitPixels`.
 */
export async function decodeImage(source: string | Uint8Array, options: DecodeOptions = {}): Promise<ImageRGBA> {
  const { name = typeof source === 'string' ? source : 'image', limitPixels } = options
  const bytes = typeof source === 'string' ? await readPhotoFile(source, name) : source
  const { data, info } = await usePhoto(bytes, { name, limitPixels }, (image) =>
    image
      .autoOrient()
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  )
  return { width: info.width, height: info.height, data }
}
