import { type Budget, check } from '../base/index.ts'
import { headerOf, usePhoto } from './decode.ts'
import { readPhotoFile } from './photo-file.ts'
import type { Box } from './region.ts'
import type { Region } from './resize.ts'
import { decodedBytes } from './size.ts'

/** Size, format and part of a small picture. */
export interface ThumbnailOptions {
  /** Longer side; smaller photos stay as they are. */
  readonly longSidePx?: number
  readonly format?: 'webp' | 'jpeg'
  /** 1 to 100. */
  readonly quality?: number
  /** The part of the upright photo to show. */
  readonly box?: Box | undefined
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
  /** Of memory, which photos shrunk at the same time share. */
  readonly budget?: Budget | undefined
}

/** 192 px at most along the longer side, WebP of quality 70. */
export const thumbnailDefaults = { longSidePx: 192, format: 'webp', quality: 70 } as const satisfies ThumbnailOptions

/** An encoded picture for a page. */
export interface Thumbnail {
  readonly width: number
  readonly height: number
  readonly mediaType: 'image/webp' | 'image/jpeg'
  readonly bytes: Uint8Array
  /** The part of the upright photo that it shows, in the photo's pixels. */
  readonly shown: Region
}

/**
 * A small upright picture of a photo, on grey where the photo is transparent. It holds pixels and nothing else: no EXIF, so no
 * place and no camera. The same photo gives the same bytes. @throws InputError naming the photo that cannot be read.
 */
export async function thumbnail(path: string, options: ThumbnailOptions = {}): Promise<Thumbnail> {
  const { longSidePx, format, quality, box, limitPixels, budget } = { ...thumbnailDefaults, ...options }
  check(
    Number.isInteger(longSidePx) && longSidePx >= 8,
    `thumbnail: expected a side of 8 whole pixels or more, got ${longSidePx}`,
  )
  const bytes = await readPhotoFile(path)
  const shrunk = () =>
    usePhoto<Thumbnail>(bytes, { name: path, limitPixels }, async (photo) => {
      const upright = photo.autoOrient()
      const shown = await regionOf(bytes, box)
      const small = (box === undefined ? upright : upright.extract(extractOf(shown)))
        .resize({ width: longSidePx, height: longSidePx, fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#808080' })
        .toColourspace('srgb')
      const encoded = format === 'webp' ? small.webp({ quality }) : small.jpeg({ quality, chromaSubsampling: '4:4:4' })
      const { data, info } = await encoded.toBuffer({ resolveWithObject: true })
      return { width: info.width, height: info.height, mediaType: `image/${format}`, bytes: data, shown }
    })
  return budget === undefined ? shrunk() : budget.use(decodedBytes(bytes), shrunk)
}

async function regionOf(bytes: Uint8Array, box: Box | undefined): Promise<Region> {
  const { autoOrient } = await headerOf(bytes)
  if (box === undefined) return { x: 0, y: 0, width: autoOrient.width, height: autoOrient.height }
  const x = Math.max(0, Math.min(autoOrient.width - 1, Math.floor(box.x)))
  const y = Math.max(0, Math.min(autoOrient.height - 1, Math.floor(box.y)))
  const width = Math.max(1, Math.min(autoOrient.width, Math.ceil(box.x + box.width)) - x)
  const height = Math.max(1, Math.min(autoOrient.height, Math.ceil(box.y + box.height)) - y)
  return { x, y, width, height }
}

function extractOf({ x, y, width, height }: Region) {
  return { left: x, top: y, width, height }
}
