import {
  decodePhoto,
  listOf,
  type Manifest,
  type Photo,
  type PhotoFile,
  readPhotos,
  type Skipped,
} from '../data/index.ts'
import type { LocalExtractor, LocalFeatures } from './features.ts'
import { featuresCache } from './features-cache.ts'

/** Which photos may be left out, where features are kept, and who is told how far it is. */
export interface ExtractOptions {
  /** Photos that cannot be used are left out and listed; otherwise they are an error that lists them all. */
  readonly skipUnreadable?: boolean | undefined
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
  /** Where features are kept; beside the other caches unless given. */
  readonly cacheDir?: string | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Photos with their features, in their order. */
export interface PhotoFeatures {
  /** Those that were skipped left out. */
  readonly photos: readonly Photo[]
  /** SHA-256 of each file's bytes. */
  readonly contentHashes: readonly string[]
  readonly features: readonly LocalFeatures[]
  readonly skipped: readonly Skipped[]
}

/**
 * The local features of photos; those that the extractor has found before come from the cache. Each is kept as soon as it is found: a killed process
 * loses the photos at work. @throws InputError listing everything that is wrong with rows and files, CacheError where the cache cannot be
 * written; the signal's reason when it aborts.
 */
export async function extractPhotos(
  extractor: LocalExtractor,
  source: Manifest | readonly Photo[],
  options: ExtractOptions = {},
): Promise<PhotoFeatures> {
  const { skipUnreadable, limitPixels, cacheDir, onProgress, signal } = options
  const cache = featuresCache(extractor, cacheDir)
  const total = listOf(source).photos.length
  const photos: Photo[] = []
  const contentHashes: string[] = []
  const features: LocalFeatures[] = []
  const skipped: Skipped[] = []
  const look = async ({ photo, bytes, contentHash }: PhotoFile) => {
    const known = cache.read(contentHash, photo)
    if (known !== undefined) return known
    const image = await decodePhoto({ photo, bytes }, limitPixels)
    const found = await extractor.extract({ image, box: photo.box })
    cache.write(contentHash, photo, found)
    return found
  }
  onProgress?.(0, total)
  for await (const found of readPhotos(source, look, { skipUnreadable, mayBeEmpty: true, signal })) {
    if ('reason' in found) skipped.push(found)
    else {
      photos.push(found.photo)
      contentHashes.push(found.contentHash)
      features.push(found.made)
    }
    onProgress?.(photos.length + skipped.length, total)
  }
  return { photos, contentHashes, features, skipped }
}
