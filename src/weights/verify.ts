import { lstatSync, statSync } from 'node:fs'
import { type CachedFile, listBlobs, listCache } from './cache.ts'
import { cacheNameOf } from './checksum.ts'

/** What became of one file of the cache. */
export interface VerifiedFile {
  /** `owner/name`. */
  readonly repo: string
  readonly path: string
  readonly bytes: number
  /** `unknown`: nothing tells its checksum. `missing`: a snapshot links to it, and it is not there. */
  readonly state: 'right' | 'wrong' | 'unknown' | 'missing'
}

/**
 * Holds every file of the cache, or of the models named (`owner/name`), against its checksum. A blob's is its name: SHA-256 for large
 * files, git's SHA-1 for small ones. A snapshot's copy, where links are not allowed, has none, but is right where it equals a blob.
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
): Promise<VerifiedFile[]> {
  const asked = ({ repo }: { readonly repo: string }) => repos === undefined || repos.includes(repo)
  const blobs = listBlobs(cache).filter(asked)
  const files = listCache(cache).filter(asked)
  const copies = files.filter(isCopy)
  const verified: VerifiedFile[] = []
  for (const file of [...blobs, ...copies]) {
    signal?.throwIfAborted()
    onProgress?.(verified.length, blobs.length + copies.length)
    const { repo, path } = file
    const own = blobs.filter((blob) => blob.repo === repo).map(({ name }) => name)
    const state = 'name' in file ? await stateOfBlob(path, file.name) : await stateOfCopy(path, own)
    verified.push({ repo, path, bytes: statSync(path).size, state })
  }
  const missing = files.filter(({ bytes }) => bytes === undefined)
  return [...verified, ...missing.map(({ repo, path }) => ({ repo, path, bytes: 0, state: 'missing' }) as const)]
}

/** What a snapshot has of its own, not by a link to a blob. */
function isCopy({ path, bytes }: CachedFile): boolean {
  return bytes !== undefined && !lstatSync(path).isSymbolicLink()
}

async function stateOfBlob(path: string, name: string): Promise<VerifiedFile['state']> {
  const found = await cacheNameOf(path, name)
  return found === undefined ? 'unknown' : found === name ? 'right' : 'wrong'
}

/** One blob of each kind of name tells how to hash it. */
async function stateOfCopy(path: string, blobs: readonly string[]): Promise<VerifiedFile['state']> {
  const kinds = new Map(blobs.filter((name) => /^[0-9a-f]+$/.test(name)).map((name) => [name.length, name]))
  for (const like of kinds.values()) {
    const found = await cacheNameOf(path, like)
    if (found !== undefined && blobs.includes(found)) return 'right'
  }
  return 'unknown'
}
