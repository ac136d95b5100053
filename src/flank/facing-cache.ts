import { join } from 'node:path'
import { z } from 'zod'
import { messageOf, readSealed, sha256Of, writeSealed } from '../base/index.ts'
import { CacheError, cacheFolder, type Photo } from '../data/index.ts'
import { decoderVersion } from '../images/index.ts'
import type { FacingShares } from './proposal.ts'

const schema = z.object({ left: z.number(), right: z.number(), front: z.number(), back: z.number() })

/** What a network has said before, a file a photo. An entry is decided by network, decoder, file, box and mask: it never goes stale. */
export interface FacingCache {
  /** Undefined where the photo is new, or its entry is damaged: it is then looked at again. */
  read(contentHash: string, photo: Photo): FacingShares | undefined
  /** @throws CacheError where the cache cannot be written. */
  write(contentHash: string, photo: Photo, shares: FacingShares): void
}

export function facingCache(fingerprint: string, folder: string = join(cacheFolder(), 'facing')): FacingCache {
  const pathOf = (contentHash: string, { box, mask }: Photo) => {
    const name = sha256Of(
      JSON.stringify([decoderVersion, contentHash, box && [box.x, box.y, box.width, box.height], mask?.sha256]),
    )
    return join(folder, fingerprint.slice(0, 32), name.slice(0, 2), `${name.slice(2)}.json`)
  }
  return {
    read: (contentHash, photo) => {
      try {
        const content = readSealed(pathOf(contentHash, photo))
        return content === undefined ? undefined : schema.parse(JSON.parse(content.toString()))
      } catch {
        return undefined // not whole: writing it anew says why it cannot be
      }
    },
    write: (contentHash, photo, shares) => {
      try {
        writeSealed(pathOf(contentHash, photo), JSON.stringify(shares))
      } catch (error) {
        throw new CacheError(
          `cache: ${messageOf(error)}`,
          'set ROSETTE_CACHE to a folder with space that can be written',
        )
      }
    },
  }
}
