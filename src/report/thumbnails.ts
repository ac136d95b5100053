import type { Photo } from '../data/index.ts'
import { type ThumbnailOptions, thumbnail } from '../images/index.ts'

/** A photo's picture in a page. */
export interface PhotoPicture {
  readonly width: number
  readonly height: number
  /** A data: address. */
  readonly uri: string
}

export interface MakeThumbnails extends Omit<ThumbnailOptions, 'box'> {
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Photos that are in memory at once. */
const lanes = 4

/** Longer sides that a page's pictures may have unless it is told. */
const sides = [384, 320, 256, 224, 192, 160, 128, 96, 64]

/** Pictures of all photos together have at most this many pixels: about 14 MB of WebP, 19 MB in a page. */
const pixelBudget = 60e6

/** The longest side at which this many photos of 3 : 2 stay within the budget: 384 for 600, 192 for 2,300. */
export function thumbnailSide(count: number): number {
  return sides.find((side) => count * side * side * (2 / 3) <= pixelBudget) ?? sides.at(-1)!
}

/** A picture of each photo, in their order. @throws InputError naming a photo that cannot be read. */
export async function makeThumbnails(photos: readonly Photo[], options: MakeThumbnails = {}): Promise<PhotoPicture[]> {
  const { onProgress, signal, ...size } = options
  const made: PhotoPicture[] = []
  for (let begin = 0; begin < photos.length; begin += lanes) {
    signal?.throwIfAborted()
    const part = photos.slice(begin, begin + lanes)
    const encoded = await Promise.all(part.map(({ path, box }) => thumbnail(path, { ...size, box })))
    for (const { width, height, mediaType, bytes } of encoded) {
      made.push({ width, height, uri: `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}` })
    }
    onProgress?.(made.length, photos.length)
  }
  return made
}
