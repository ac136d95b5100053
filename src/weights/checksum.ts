import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readShardIndex } from './open.ts'

/** The SHA-256 of a file of any size, in hexadecimal. */
async function sha256Of(path: string): Promise<string> {
  return digest(path, createHash('sha256'))
}

/** What identifies a file of weights: its SHA-256; of an index, that of the list of its files and their SHA-256s. */
export async function weightsHash(path: string): Promise<string> {
  if (!path.endsWith('.json')) return sha256Of(path)
  const hash = createHash('sha256')
  const names = [...new Set(readShardIndex(path).values())].sort()
  for (const name of names) hash.update(`${name} ${await sha256Of(join(dirname(path), name))}\n`)
  return hash.digest('hex')
}

/**
 * The name that a hub's cache gives a file: its SHA-256 (64 digits), or git's SHA-1 of `blob <size>\0` and the content (40 digits).
 * Undefined for a name of another kind.
 */
export async function cacheNameOf(path: string, like: string): Promise<string | undefined> {
  if (/^[0-9a-f]{64}$/.test(like)) return sha256Of(path)
  if (!/^[0-9a-f]{40}$/.test(like)) return undefined
  return digest(path, createHash('sha1').update(`blob ${statSync(path).size}\0`))
}

async function digest(path: string, hash: ReturnType<typeof createHash>): Promise<string> {
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer)
  return hash.digest('hex')
}
