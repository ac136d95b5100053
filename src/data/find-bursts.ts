import type { CosinesAmong } from './burst-cosines.ts'
import { type BurstOptions, type Bursts, burstsOf } from './bursts.ts'
import type { Photo } from './manifest.ts'
import { hashPhotos } from './photo-hashes.ts'
import type { ScanOptions } from './scan.ts'

/** How photos are read, and who is told how far each part of the work is. */
export interface FindBurstsOptions extends Pick<ScanOptions, 'limitPixels' | 'signal'>, Pick<BurstOptions, 'cosine'> {
  /** How alike the photos are to a network, of those that could be read; hashes alone decide unless given. */
  readonly cosinesOf?: ((photos: readonly Photo[]) => Promise<CosinesAmong>) | undefined
  readonly cacheDir?: string | undefined
  readonly onProgress?:
    | ((part: 'what photos look like' | 'comparing' | 'comparing embeddings', done: number, total: number) => void)
    | undefined
}

/**
 * `burstsOf` of photos on disk, a group for each of them: a photo is decoded once, and its hashes kept in the cache. Photos that cannot be read are each a
 * burst of their own, for whoever trains tells of them. @throws CacheError where the cache cannot be written; the signal's reason when it aborts.
 */
export async function findBursts(photos: readonly Photo[], options: FindBurstsOptions = {}): Promise<Bursts> {
  const { limitPixels, signal, cacheDir, cosine, cosinesOf, onProgress } = options
  const aborting = signal === undefined ? {} : { signal }
  const read = await hashPhotos(photos, {
    ...{ limitPixels, cacheDir, skipUnreadable: true, ...aborting },
    onProgress: (done, total) => onProgress?.('what photos look like', done, total),
  })
  const identities = read.photos.map(({ identity }) => identity)
  const cosinesAmong = await cosinesOf?.(read.photos)
  const found = await burstsOf(read.hashes, identities, {
    ...aborting,
    ...{ cosine, cosinesAmong },
    onProgress: (done, total) => onProgress?.('comparing', done, total),
    onCosines: (done, total) => onProgress?.('comparing embeddings', done, total),
  })
  const groups = new Map(read.photos.map((photo, i) => [photo, found.bursts[i]!]))
  return { ...found, bursts: photos.map((photo, i) => groups.get(photo) ?? photos.length + i) }
}
