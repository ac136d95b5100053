import { join } from 'node:path'
import { readSealed, sha256Of, writeSealed } from '../base/index.ts'
import { cacheFolder, notWritten, type Photo, sweepCache } from '../data/index.ts'
import { seenVersion } from '../images/index.ts'
import { bytesOf } from '../tensor/index.ts'

/** Embeddings that one model has made before, a file a photo. An entry is decided by model, photo, and what of a photo is seen: it never goes stale. */
export interface EmbeddingCache {
  /** Undefined where the photo is new, or its entry is damaged: it is then made again. */
  read(contentHash: string, photo: Photo): Float32Array | undefined
  /** @throws CacheError where the cache cannot be written. */
  write(contentHash: string, photo: Photo, embedding: Float32Array): void
}

/** The cache of the model with this fingerprint, in `folder`; what kills left half written in it is swept. */
export function embeddingCache(
  fingerprint: string,
  size: number,
  folder: string = join(cacheFolder(), 'embeddings'),
): EmbeddingCache {
  const own = join(folder, fingerprint.slice(0, 32))
  sweepCache(own)
  const pathOf = (contentHash: string, { box, mask }: Photo) => {
    const key = JSON.stringify([
      seenVersion,
      contentHash,
      box && [box.x, box.y, box.width, box.height],
      ...(mask === undefined ? [] : [mask.sha256]),
    ])
    const name = sha256Of(key)
    return join(own, name.slice(0, 2), `${name.slice(2)}.f32`)
  }
  return {
    read: (contentHash, photo) => readEntry(pathOf(contentHash, photo), size),
    write: (contentHash, photo, embedding) => {
      try {
        writeSealed(pathOf(contentHash, photo), bytesOf(embedding))
      } catch (error) {
        throw notWritten(error)
      }
    },
  }
}

function readEntry(path: string, size: number): Float32Array | undefined {
  let bytes: Buffer | undefined
  try {
    bytes = readSealed(path)
  } catch {
    return undefined // not there, or not to be read: the photo is embedded, and writing then says why
  }
  return bytes?.length === size * 4 ? new Float32Array(Uint8Array.from(bytes).buffer) : undefined
}
