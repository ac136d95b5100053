import { join } from 'node:path'
import { type FileContent, InputError, readSealed, sha256Of, writeSealed } from '../base/index.ts'
import { type Box, type ImageRGBA, seenVersion } from '../images/index.ts'
import { cacheFolder, notWritten, sweepCache } from './cache.ts'
import type { Manifest, Photo } from './manifest.ts'
import { decodePhoto, type PhotoFile, type ReadPhoto, readPhotos } from './read-photos.ts'
import { listOf, type Skipped } from './unusable.ts'

/** What is made of photos, as the cache keeps it. */
export interface KindOfMade<Made> {
  /** Its folder below the cache, and the ending of its files. */
  readonly folder: string
  readonly ending: string
  /** SHA-256 of all that decides what is made, but for the photo. */
  readonly fingerprint: string
  encode(made: Made): FileContent
  /** Undefined, or an InputError, where these bytes are of another form: the photo is then looked at again. */
  decode(bytes: Uint8Array, path: string): Made | undefined
}

/** Which photos may be left out, where is kept what was made of them, and who is told how far it is. */
export interface MakeOnceOptions {
  /** Photos that cannot be used are left out and listed; otherwise they are an error that lists them all. */
  readonly skipUnreadable?: boolean | undefined
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
  /** Where it is kept; beside the other caches unless given. */
  readonly cacheDir?: string | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A photo's pixels, its mask as their alpha, and the animal's box where it is known. */
export interface DecodedPhoto {
  readonly image: ImageRGBA
  readonly box: Box | undefined
}

/**
 * What `make` makes of each photo, in their order. What it made before comes from the cache, a sealed file a photo, decided by `fingerprint`, decoder,
 * file, box and mask, so that it never goes stale. Each is kept as soon as it is made: a killed process loses the photos at work.
 * @throws InputError listing everything that is wrong with rows and files, CacheError where the cache cannot be written; the signal's
 * reason when it aborts.
 */
export async function* makeOnce<Made>(
  source: Manifest | readonly Photo[],
  kind: KindOfMade<Made>,
  make: (photo: DecodedPhoto) => Promise<Made>,
  { skipUnreadable, limitPixels, cacheDir, onProgress, signal }: MakeOnceOptions = {},
): AsyncGenerator<ReadPhoto<Made> | Skipped, void, undefined> {
  const folder = join(cacheDir ?? join(cacheFolder(), kind.folder), kind.fingerprint.slice(0, 32))
  sweepCache(folder)
  const look = async ({ photo, bytes, contentHash }: PhotoFile) => {
    const path = entryPath(folder, contentHash, photo, kind.ending)
    const known = readEntry(path, kind)
    if (known !== undefined) return known
    const made = await make({ image: await decodePhoto({ photo, bytes }, limitPixels), box: photo.box })
    try {
      writeSealed(path, kind.encode(made))
    } catch (error) {
      throw notWritten(error)
    }
    return made
  }
  const total = listOf(source).photos.length
  let done = 0
  onProgress?.(done, total)
  for await (const found of readPhotos(source, look, { skipUnreadable, mayBeEmpty: true, signal })) {
    yield found
    onProgress?.(++done, total)
  }
}

function entryPath(folder: string, contentHash: string, { box, mask }: Photo, ending: string): string {
  const sides = box && [box.x, box.y, box.width, box.height]
  const name = sha256Of(JSON.stringify([seenVersion, contentHash, sides, mask?.sha256]))
  return join(folder, name.slice(0, 2), `${name.slice(2)}.${ending}`)
}

function readEntry<Made>(path: string, { decode }: KindOfMade<Made>): Made | undefined {
  try {
    const bytes = readSealed(path)
    return bytes && decode(Uint8Array.from(bytes), path)
  } catch (error) {
    if (error instanceof InputError) return undefined // not there, or not whole: the photo is looked at, and writing then says why
    throw error
  }
}
