import { join } from 'node:path'
import { invariant } from '../base/index.ts'
import { captionsLeftOut, type Geometry, prepareImage } from '../images/index.ts'
import { type Tensor, zeros } from '../tensor/index.ts'
import {
  cacheFolder,
  captionsOf,
  entryPath,
  hasEntry,
  markCaptions,
  readEntry,
  sweepCache,
  writeEntry,
} from './cache.ts'
import { type CaptionCounts, noCaptions, withCaptions } from './caption-counts.ts'
import type { Manifest, Photo } from './manifest.ts'
import { joinedHashes, keepHash, readHash } from './photo-hashes.ts'
import { decodePhoto } from './read-photos.ts'
import { type ScanOptions, scanPhotos } from './scan.ts'
import type { Skipped } from './unusable.ts'

/** Where pixels are kept, and which photos may be left out. */
export interface PixelStoreOptions extends ScanOptions {
  /** `cacheFolder()` unless given. */
  readonly cacheDir?: string | undefined
  /** Photos are hashed too: `hashes` of the store. */
  readonly hashes?: boolean
}

/** What a PixelStore knows, as plain data: it can be posted to a worker, where `pixelStoreOf` makes a store of it again. */
export interface PixelIndex {
  /** Those that were skipped left out. */
  readonly photos: readonly Photo[]
  readonly geometry: Geometry
  /** SHA-256 of each file's bytes. */
  readonly contentHashes: readonly string[]
  /** The cache file of each photo. */
  readonly entries: readonly string[]
  readonly skipped: readonly Skipped[]
  readonly warnings: readonly string[]
  /** Photos whose captions were left out. */
  readonly captioned: CaptionCounts
}

/** Decoded and resized photos on disk. */
export interface PixelStore {
  readonly index: PixelIndex
  readonly photos: readonly Photo[]
  readonly geometry: Geometry
  readonly contentHashes: readonly string[]
  readonly skipped: readonly Skipped[]
  readonly warnings: readonly string[]
  /** Photos whose captions were left out. */
  readonly captioned: CaptionCounts
  /** [photos, 4] words: `perceptualHash` of each, where that was asked for. */
  readonly hashes?: Uint32Array | undefined
  /** [B, heightPx, widthPx, 3], the photos at these positions of `photos`, read from the cache. */
  batch(indices: ArrayLike<number>): Tensor<'uint8'>
}

/**
 * Opens every photo once: checks it, and decodes and resizes it unless the cache has its pixels. Memory does not grow with
 * the number of photos. Several processes may use one cache, and be killed.
 * @throws InputError listing everything that is wrong with rows and files; the signal's reason when it aborts.
 */
export async function openPixelStore(
  source: Manifest | readonly Photo[],
  geometry: Geometry,
  options: PixelStoreOptions = {},
): Promise<PixelStore> {
  const { cacheDir = cacheFolder(), limitPixels, hashes: hashed = false } = options
  const bytesEach = byteCount(geometry)
  sweepCache(join(cacheDir, 'pixels'))
  const scan = await scanPhotos(
    source,
    async ({ photo, bytes, contentHash }) => {
      const entry = entryPath(cacheDir, contentHash, geometry, photo)
      const isThere = hasEntry(entry, bytesEach)
      let hash = isThere && hashed ? readHash(cacheDir, contentHash, photo) : undefined
      if (!isThere || (hashed && hash === undefined)) {
        const image = await decodePhoto({ photo, bytes }, limitPixels)
        if (!isThere) {
          markCaptions(entry, captionsLeftOut(image, geometry))
          writeEntry(entry, prepareImage(image, geometry, photo.box))
        }
        if (hashed) hash = keepHash(cacheDir, contentHash, photo, image) // decoding is what takes long
      }
      return { entry, hash }
    },
    options,
  )
  const { photos, results, contentHashes, skipped, warnings } = scan
  const entries = results.map(({ entry }) => entry)
  const captioned = entries.reduce((counts, entry) => withCaptions(counts, captionsOf(entry)), noCaptions)
  const store = pixelStoreOf({ photos, geometry, contentHashes, entries, skipped, warnings, captioned })
  return hashed ? { ...store, hashes: joinedHashes(results.map(({ hash }) => hash!)) } : store
}

/** A store over cache entries that another thread made sure of. */
export function pixelStoreOf(index: PixelIndex): PixelStore {
  const { photos, geometry, contentHashes, entries, skipped, warnings, captioned } = index
  const bytesEach = byteCount(geometry)
  const batch = (indices: ArrayLike<number>) => {
    const pixels = zeros('uint8', [indices.length, geometry.heightPx, geometry.widthPx, 3])
    for (let b = 0; b < indices.length; b++) {
      const entry = entries[indices[b]!]
      invariant(entry !== undefined, `pixel store: photo ${indices[b]} of ${entries.length}`)
      readEntry(entry, pixels.data.subarray(b * bytesEach, (b + 1) * bytesEach))
    }
    return pixels
  }
  return { index, photos, geometry, contentHashes, skipped, warnings, captioned, batch }
}

function byteCount({ widthPx, heightPx }: Geometry): number {
  return widthPx * heightPx * 3
}
