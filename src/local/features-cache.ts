import { join } from 'node:path'
import { InputError, messageOf, readSealed, sha256Of, writeSealed } from '../base/index.ts'
import { CacheError, cacheFolder, type Photo } from '../data/index.ts'
import { decoderVersion } from '../images/index.ts'
import type { LocalExtractor, LocalFeatures } from './features.ts'
import { decodeFeatures, encodeFeatures } from './features-file.ts'

/** Features that an extractor has found before, a file a photo. An entry is decided by extractor, decoder and photo: it never goes stale. */
export interface FeaturesCache {
  /** Undefined where the photo is new, or its entry is damaged: it is then made again. */
  read(contentHash: string, photo: Photo): LocalFeatures | undefined
  /** @throws CacheError where the cache cannot be written. */
  write(contentHash: string, photo: Photo, features: LocalFeatures): void
}

/** The cache of this extractor, in `folder`. */
export function featuresCache(
  { fingerprint, dim }: Pick<LocalExtractor, 'fingerprint' | 'dim'>,
  folder: string = join(cacheFolder(), 'local'),
): FeaturesCache {
  const pathOf = (contentHash: string, { box, mask }: Photo) => {
    const name = sha256Of(
      JSON.stringify([decoderVersion, contentHash, box && [box.x, box.y, box.width, box.height], mask?.sha256]),
    )
    return join(folder, fingerprint.slice(0, 32), name.slice(0, 2), `${name.slice(2)}.safetensors`)
  }
  return {
    read: (contentHash, photo) => readEntry(pathOf(contentHash, photo), dim),
    write: (contentHash, photo, features) => {
      try {
        writeSealed(pathOf(contentHash, photo), encodeFeatures([features], dim))
      } catch (error) {
        throw new CacheError(
          `cache: ${messageOf(error)}`,
          'set ROSETTE_CACHE to a folder with space that can be written',
        )
      }
    },
  }
}

function readEntry(path: string, dim: number): LocalFeatures | undefined {
  try {
    const bytes = readSealed(path)
    const [features] = bytes === undefined ? [] : decodeFeatures(Uint8Array.from(bytes), path)
    return features?.dim === dim ? features : undefined
  } catch (error) {
    if (error instanceof InputError) return undefined // not there, or not whole: the photo is looked at, and writing then says why
    throw error
  }
}
