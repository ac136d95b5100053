import { statSync } from 'node:fs'
import { listBlobs, listCache } from './cache.ts'
import { cacheNameOf } from './checksum.ts'

/** What became of one file of the cache. */
export interface VerifiedBlob {
  /** `owner/name`. */
  readonly repo: string
  readonly path: string
  readonly bytes: number
  /** `unknown`: its name is no checksum. `missing`: a snapshot links to it, and it is not there. */
  readonly state: 'right' | 'wrong' | 'unknown' | 'missing'
}

/**
 * Holds every file of the cache, or of the models named (`owner/name`), against the checksum that is its name: SHA-256 for large
 * files, git's SHA-1 for small ones.
 */
export async function verifyCache(
  cache: string,
  {
    repos,
    onProgress,
    signal,
  }: {
    readonly repos?: readonly string[] | undefined
    readonly onProgress?: ((done: number, total: number) => void) | undefined
    readonly signal?: AbortSignal | undefined
  } = {},
): Promise<VerifiedBlob[]> {
  const asked = ({ repo }: { readonly repo: string }) => repos === undefined || repos.includes(repo)
  const blobs = listBlobs(cache).filter(asked)
  const verified: VerifiedBlob[] = []
  for (const { repo, name, path } of blobs) {
    signal?.throwIfAborted()
    onProgress?.(verified.length, blobs.length)
    const found = await cacheNameOf(path, name)
    const state = found === undefined ? 'unknown' : found === name ? 'right' : 'wrong'
    verified.push({ repo, path, bytes: statSync(path).size, state })
  }
  const missing = listCache(cache).filter((file) => asked(file) && file.bytes === undefined)
  return [...verified, ...missing.map(({ repo, path }) => ({ repo, path, bytes: 0, state: 'missing' }) as const)]
}
