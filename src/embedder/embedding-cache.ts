import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { messageOf, readRegular, writeFileAtomic } from '../base/index.ts'
import { CacheError, cacheFolder, type Photo } from '../data/index.ts'
import { bytesOf } from '../tensor/index.ts'

/** SHA-256 at an entry's end. */
const hashBytes = 32

/** Embeddings that one model has made before, a file a photo. An entry is decided by model and photo: it never goes stale. */
export interface EmbeddingCache {
  /** Undefined where the photo is new, or its entry is damaged: it is then made again. */
  read(contentHash: string, photo: Photo): Float32Array | undefined
  /** @throws CacheError where the cache cannot be written. */
  write(contentHash: string, photo: Photo, embedding: Float32Array): void
}

/** The cache of the model with this fingerprint, in `folder`. */
export function embeddingCache(
  fingerprint: string,
  size: number,
  folder: string = join(cacheFolder(), 'embeddings'),
): EmbeddingCache {
  const pathOf = (contentHash: string, { box, mask }: Photo) => {
    const key = JSON.stringify([
      contentHash,
      box && [box.x, box.y, box.width, box.height],
      ...(mask === undefined ? [] : [mask.sha256]),
    ])
    const name = createHash('sha256').update(key).digest('hex')
    return join(folder, fingerprint.slice(0, 32), name.slice(0, 2), `${name.slice(2)}.f32`)
  }
  return {
    read: (contentHash, photo) => readEntry(pathOf(contentHash, photo), size),
    write: (contentHash, photo, embedding) => {
      const bytes = bytesOf(embedding)
      const path = pathOf(contentHash, photo)
      try {
        writeFileAtomic(path, [bytes, digest(bytes)])
      } catch (error) {
        throw new CacheError(
          `cache: ${messageOf(error)}`,
          'set ROSETTE_CACHE to a folder with space that can be written',
        )
      }
    },
  }
}

function readEntry(path: string, size: number): Float32Array | undefined {
  let file: Buffer
  try {
    file = readRegular(path, 'array')
  } catch {
    return undefined // not there, or not to be read: the photo is embedded, and writing then says why
  }
  const bytes = file.subarray(0, file.length - hashBytes)
  const whole = bytes.length === size * 4 && digest(bytes).equals(file.subarray(bytes.length))
  return whole ? new Float32Array(Uint8Array.from(bytes).buffer) : undefined
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
