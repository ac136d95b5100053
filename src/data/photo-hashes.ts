import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { hashVersion, hashWords, type ImageRGBA, perceptualHash, seenVersion } from '../images/index.ts'
import { cacheFolder, hasEntry, readEntry, sweepCache, writeEntry } from './cache.ts'
import type { Manifest, Photo } from './manifest.ts'
import { decodePhoto } from './read-photos.ts'
import { type ScanOptions, scanPhotos } from './scan.ts'
import type { Skipped } from './unusable.ts'

/** Where hashes are kept, and which photos may be left out. */
export interface PhotoHashOptions extends ScanOptions {
  /** `cacheFolder()` unless given. */
  readonly cacheDir?: string | undefined
}

/** Photos with fingerprints of what they look like. */
export interface PhotoHashes {
  /** Those that were skipped left out. */
  readonly photos: readonly Photo[]
  /** SHA-256 of each file's bytes. */
  readonly contentHashes: readonly string[]
  /** [photos, 4] words: `perceptualHash` of each, its box cut out. */
  readonly hashes: Uint32Array
  readonly skipped: readonly Skipped[]
}

/**
 * The perceptual hashes of photos, 16 bytes each: a photo is decoded once, and its hash kept by content and box. Memory does not grow
 * with the photos' sizes. @throws as `readPhotos` does, and CacheError where the cache cannot be written.
 */
export async function hashPhotos(
  source: Manifest | readonly Photo[],
  { cacheDir = cacheFolder(), ...options }: PhotoHashOptions = {},
): Promise<PhotoHashes> {
  sweepCache(join(cacheDir, 'hashes'))
  const { photos, contentHashes, results, skipped } = await scanPhotos(
    source,
    async ({ photo, bytes, contentHash }) => {
      const known = readHash(cacheDir, contentHash, photo)
      if (known !== undefined) return known
      const image = await decodePhoto({ photo: { ...photo, mask: undefined }, bytes }, options.limitPixels)
      return keepHash(cacheDir, contentHash, photo, image)
    },
    options,
  )
  return { photos, contentHashes, hashes: joinedHashes(results), skipped }
}

/** [photos, 4] words of as many hashes. */
export function joinedHashes(each: readonly Uint32Array[]): Uint32Array {
  const hashes = new Uint32Array(each.length * hashWords)
  each.forEach((hash, i) => hashes.set(hash, i * hashWords))
  return hashes
}

/** Hashes a photo that is decoded for something else, where the cache does not have it: decoding is what takes long. */
export function keepHash(cacheDir: string, contentHash: string, photo: Photo, image: ImageRGBA): Uint32Array {
  const known = readHash(cacheDir, contentHash, photo)
  if (known !== undefined) return known
  const hash = perceptualHash(image, photo.box)
  const bytes = new Uint8Array(hashWords * 4)
  const view = new DataView(bytes.buffer)
  hash.forEach((word, i) => view.setUint32(4 * i, word, true))
  writeEntry(pathOf(cacheDir, contentHash, photo), bytes)
  return hash
}

/** The hash that the cache has of a photo; undefined where it is new. */
export function readHash(cacheDir: string, contentHash: string, photo: Photo): Uint32Array | undefined {
  const path = pathOf(cacheDir, contentHash, photo)
  const bytes = new Uint8Array(hashWords * 4)
  if (!hasEntry(path, bytes.length)) return undefined
  readEntry(path, bytes)
  const view = new DataView(bytes.buffer)
  return Uint32Array.from({ length: hashWords }, (_, i) => view.getUint32(4 * i, true))
}

function pathOf(cacheDir: string, contentHash: string, { box }: Photo): string {
  const key = JSON.stringify([hashVersion, seenVersion, contentHash, box && [box.x, box.y, box.width, box.height]])
  const name = createHash('sha256').update(key).digest('hex')
  return join(cacheDir, 'hashes', name.slice(0, 2), `${name.slice(2)}.bits`)
}
