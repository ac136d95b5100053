import { Budget } from '../base/index.ts'
import { eachPhoto, type Photo } from '../data/index.ts'
import { decodingBudgetBytes, type Thumbnail, type ThumbnailOptions, thumbnail } from '../images/index.ts'

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

/** Longer sides that a page's pictures may have unless it is told. */
const sides = [384, 320, 256, 224, 192, 160, 128, 96, 64, 48]

/** What the pictures of a page may take, in bytes of base64: with the similarities of 2,300 photos the page has 25 MB. */
const budgetBytes = 17e6

/** Photos that are tried out. */
const sampled = 16

/** The longest side at which a sample says that pictures of all photos stay within the budget. @throws as makeThumbnails does. */
export async function thumbnailSide(
  photos: readonly Photo[],
  options: Pick<MakeThumbnails, 'limitPixels' | 'signal'> = {},
): Promise<number> {
  const every = Math.ceil(photos.length / sampled)
  const sample = photos.filter((_, i) => i % every === 0)
  for (const longSidePx of sides) {
    const made = await makeThumbnails(sample, { ...options, longSidePx })
    const bytes = made.reduce((sum, { uri }) => sum + uri.length, 0)
    if ((bytes / made.length) * photos.length <= budgetBytes) return longSidePx
  }
  return sides.at(-1)!
}

/** A picture of each photo, in their order. @throws InputError naming a photo that cannot be read. */
export async function makeThumbnails(photos: readonly Photo[], options: MakeThumbnails = {}): Promise<PhotoPicture[]> {
  const { onProgress, signal, ...size } = options
  const made: PhotoPicture[] = []
  const budget = new Budget(decodingBudgetBytes())
  const shrink = ({ path, box }: Photo) => thumbnail(path, { ...size, box, budget })
  for await (const { width, height, mediaType, bytes } of eachPhoto(photos, shrink, { signal, onDone: onProgress }))
    made.push({ width, height, uri: addressOf(mediaType, bytes) })
  return made
}

/** A picture as an address that holds it. */
export function addressOf(mediaType: Thumbnail['mediaType'], bytes: Uint8Array): string {
  return `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`
}
