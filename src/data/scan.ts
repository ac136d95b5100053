import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { InputError } from '../base/index.ts'
import { decodeDefaults, decodeImage, readPhotoFile } from '../images/index.ts'
import { CacheError } from './cache.ts'
import { identicalFileWarnings } from './identical.ts'
import { checkProblems, describePhoto, type Manifest, type Photo, type Problem } from './manifest.ts'

export interface ScanOptions {
  /** Photos that cannot be used are left out and listed in `skipped`; otherwise they are an error. */
  readonly skipUnreadable?: boolean
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** A photo that was left out, and why. */
export interface Skipped {
  readonly photo: Photo
  readonly reason: string
  /** What to do about it. */
  readonly hint?: string | undefined
}

/** What is known once every photo was opened; `results[i]` and `contentHashes[i]` belong to `photos[i]`. */
export interface Scan<T> {
  readonly photos: readonly Photo[]
  readonly results: readonly T[]
  /** SHA-256 of each file's bytes. */
  readonly contentHashes: readonly string[]
  readonly skipped: readonly Skipped[]
  readonly warnings: readonly string[]
}

/** A photo's file in memory. */
export interface PhotoFile {
  readonly photo: Photo
  readonly bytes: Uint8Array
  readonly contentHash: string
}

/**
 * Reads every photo once, a few at a time, and hands it to `visit`. An InputError of `visit` or of reading is the photo's own;
 * everything else stops the scan.
 * @throws InputError listing the manifest's problems and all photos that cannot be used (those only without `skipUnreadable`).
 */
export async function scanPhotos<T>(
  source: Manifest | readonly Photo[],
  visit: (file: PhotoFile) => Promise<T>,
  options: ScanOptions = {},
): Promise<Scan<T>> {
  const manifest = 'photos' in source ? source : undefined
  const photos = 'photos' in source ? source.photos : source
  const found = new Array<{ result: T; contentHash: string } | InputError>(photos.length)
  let done = 0
  await inLanes(photos.length, async (i) => {
    options.signal?.throwIfAborted()
    found[i] = await attempt(photos[i]!, visit)
    options.onProgress?.(++done, photos.length)
  })
  const unusable = photos.flatMap((photo, i): Skipped[] => {
    const outcome = found[i]
    return outcome instanceof InputError ? [skippedFor(photo, outcome)] : []
  })
  const name = manifest?.source ?? 'photos'
  const unreadable = unusable.map(unreadableProblem)
  const problems = [...(manifest?.problems ?? []), ...(options.skipUnreadable ? [] : unreadable)]
  checkProblems(name, problems)
  const used = photos.flatMap((photo, i) => {
    const outcome = found[i]!
    return outcome instanceof InputError ? [] : [{ photo, ...outcome }]
  })
  if (used.length === 0) checkProblems(name, [...unreadable, { where: name, what: 'no photo is left' }])
  const contentHashes = used.map(({ contentHash }) => contentHash)
  const kept = used.map(({ photo }) => photo)
  return {
    photos: kept,
    results: used.map(({ result }) => result),
    contentHashes,
    skipped: unusable,
    warnings: [...(manifest?.warnings ?? []), ...identicalFileWarnings(kept, contentHashes)],
  }
}

/** The photo left out for what an error says. */
export function skippedFor(photo: Photo, error: InputError): Skipped {
  return { photo, reason: error.message.split('\n', 1)[0]!, hint: error.hint }
}

/** Where photos must not be left out: the problem that one is, with what it needs, and with the way on without it. */
export function unreadableProblem({ photo, reason, hint }: Skipped): Problem {
  const wayOn = 'photos that cannot be read are left out with --skip-unreadable'
  return { where: describePhoto(photo), what: reason, hint: hint === undefined ? wayOn : [wayOn, hint] }
}

/** The manifest without the photos that were skipped, what was skipped, and each photo's content hash. */
export interface CheckedPhotos {
  readonly manifest: Manifest
  readonly skipped: readonly Skipped[]
  readonly contentHashes: readonly string[]
}

/**
 * Decodes every photo and keeps nothing: for when a `PixelStore`, which does the same checks, is not wanted.
 * @throws InputError listing everything that is wrong with rows and files.
 */
export async function checkPhotos(manifest: Manifest, options: ScanOptions = {}): Promise<CheckedPhotos> {
  const limitPixels = options.limitPixels ?? decodeDefaults.limitPixels
  const { photos, skipped, contentHashes, warnings } = await scanPhotos(
    manifest,
    async ({ photo, bytes }) => void (await decodeImage(bytes, { limitPixels, name: photo.path })),
    options,
  )
  return { manifest: { ...manifest, photos, warnings }, skipped, contentHashes }
}

async function attempt<T>(photo: Photo, visit: (file: PhotoFile) => Promise<T>) {
  try {
    const bytes = await readPhotoFile(photo.path)
    const contentHash = createHash('sha256').update(bytes).digest('hex')
    return { result: await visit({ photo, bytes, contentHash }), contentHash }
  } catch (error) {
    if (!(error instanceof InputError) || error instanceof CacheError) throw error
    return error
  }
}

/** Enough to keep the decoder's threads busy while this one resizes; each lane holds a whole photo in memory. */
async function inLanes(count: number, visit: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    try {
      while (next < count) await visit(next++)
    } catch (error) {
      next = count
      throw error
    }
  }
  const lanes = Array.from({ length: Math.min(count, availableParallelism() + 1, 8) }, lane)
  await Promise.all(lanes)
}
