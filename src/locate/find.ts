import { type Photo, type PhotoFile, readPhotos, type Skipped } from '../data/index.ts'
import { decodeImage, withoutCaptions } from '../images/index.ts'
import { inPhotograph } from './in-photograph.ts'
import { type KeptLocated, locatedCache } from './located-cache.ts'
import type { Locator } from './locator.ts'

/** Where results are kept, and who is told how far it is. */
export interface FindOptions {
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
  /** Beside the other caches unless given. */
  readonly cacheDir?: string | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Photos that cannot be read are told one by one; otherwise they are an error that lists them all. */
  readonly skipUnreadable?: boolean | undefined
}

/** A photo's file that was looked at, or why it could not be. */
export type Looked = { readonly photo: Photo; readonly contentHash: string; readonly found: KeptLocated } | Skipped

/**
 * Looks at each file of the photos once, in their order. What the locator has looked at before, by content, comes from the cache; what is
 * new is kept there at once, so that work that was broken off goes on where it was.
 * @throws InputError listing the photos that cannot be read, unless they may be skipped; CacheError where the cache cannot be written; the signal's reason when it aborts.
 */
export async function* findAnimals(
  locator: Locator,
  photos: readonly Photo[],
  { limitPixels, cacheDir, onProgress, signal, skipUnreadable = false }: FindOptions = {},
): AsyncGenerator<Looked, void, undefined> {
  const cache = locatedCache(locator.fingerprint, cacheDir)
  const files = [...new Map(photos.map((photo) => [photo.path, photo])).values()]
  let done = 0
  onProgress?.(done, files.length)
  const limit = limitPixels === undefined ? {} : { limitPixels }
  const look = async ({ photo, bytes, contentHash }: PhotoFile) =>
    cache.read(contentHash) ??
    cache.write(
      contentHash,
      await inPhotograph(locator, withoutCaptions(await decodeImage(bytes, { name: photo.path, ...limit }))),
    )
  for await (const one of readPhotos(files, look, { skipUnreadable, mayBeEmpty: true, signal })) {
    yield 'made' in one ? { photo: one.photo, contentHash: one.contentHash, found: one.made } : one
    onProgress?.(++done, files.length)
  }
}
