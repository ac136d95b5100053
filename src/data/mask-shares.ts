import type { ImageRGBA } from '../images/index.ts'
import type { Photo } from './manifest.ts'
import { decodePhoto } from './read-photos.ts'
import { type ScanOptions, scanPhotos } from './scan.ts'
import type { Skipped } from './unusable.ts'

/** How much of a photo its mask calls the animal, from 0 to 1; of its box, where it has one. */
export interface MaskShare {
  readonly photo: Photo
  readonly share: number
}

/** Formats that may hold a mask as their alpha channel. */
const withAlpha = /\.(png|webp|tiff?|avif|gif)$/i

/** Half opaque counts as the animal. */
const opaque = 128

/**
 * The shares of all photos that have a mask: a file, an outline, or an alpha channel that leaves something out. Every such photo is decoded. Photos
 * and masks that cannot be read are told in `skipped`. @throws the signal's reason when it aborts.
 */
export async function maskShares(
  photos: readonly Photo[],
  options: Pick<ScanOptions, 'limitPixels' | 'signal' | 'onProgress'> = {},
): Promise<{ readonly shares: readonly MaskShare[]; readonly skipped: readonly Skipped[] }> {
  const candidates = photos.filter(({ mask, path }) => mask !== undefined || withAlpha.test(path))
  if (candidates.length === 0) return { shares: [], skipped: [] }
  const scan = await scanPhotos(
    candidates,
    async ({ photo, bytes }) => shareOf(photo, await decodePhoto({ photo, bytes }, options.limitPixels)),
    { ...options, skipUnreadable: true },
  )
  const shares = scan.photos.flatMap((photo, i) => {
    const share = scan.results[i]
    return share === undefined ? [] : [{ photo, share }]
  })
  return { shares, skipped: scan.skipped }
}

function shareOf({ mask, box }: Photo, { data, width, height }: ImageRGBA): number | undefined {
  const [left, top] = [Math.max(0, Math.floor(box?.x ?? 0)), Math.max(0, Math.floor(box?.y ?? 0))]
  const right = box === undefined ? width : Math.min(width, Math.ceil(box.x + box.width))
  const bottom = box === undefined ? height : Math.min(height, Math.ceil(box.y + box.height))
  let [animal, all] = [0, 0]
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      all++
      if (data[4 * (y * width + x) + 3]! >= opaque) animal++
    }
  return mask === undefined && animal === all ? undefined : animal / Math.max(1, all)
}
