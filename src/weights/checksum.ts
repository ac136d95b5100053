import { createHash } from 'node:crypto'
import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { check, sha256OfFile, streamRegular } from '../base/index.ts'
import { readShardIndex } from './open.ts'

/**
 * What identifies a file of weights: its SHA-256; of an index, that of the list of its files and their SHA-256s.
 * @throws InputError for a file of a hub's cache that is not what its name says.
 */
export async function weightsHash(path: string): Promise<string> {
  if (!path.endsWith('.json')) return checkedHash(path)
  await checkedHash(path)
  const hash = createHash('sha256')
  const names = [...new Set(readShardIndex(path).values())].sort()
  for (const name of names) hash.update(`${name} ${await checkedHash(join(dirname(path), name))}\n`)
  return hash.digest('hex')
}

async function checkedHash(path: string): Promise<string> {
  const sha256 = await sha256OfFile(path)
  const blob = realpathSync(path)
  const name = basename(blob)
  const found = name.length === sha256.length ? sha256 : await cacheNameOf(path, name)
  check(
    basename(dirname(blob)) !== 'blobs' || cacheNames.every((kind) => !kind.test(name)) || found === name,
    `${path}: has changed since it was downloaded: its checksum is ${found}, expected ${name}`,
    `remove ${blob}, then run again; \`pullWeights()\` brings it too`,
  )
  return sha256
}

const [largeName, smallName] = [/^[0-9a-f]{64}$/, /^[0-9a-f]{40}$/]
const cacheNames = [largeName, smallName]

/**
 * The name that a hub's cache gives a file: its SHA-256 (64 digits), or git's SHA-1 of `blob <size>\0` and the content (40 digits).
 * Undefined for a name of another kind.
 */
export async function cacheNameOf(path: string, like: string): Promise<string | undefined> {
  if (largeName.test(like)) return sha256OfFile(path)
  if (!smallName.test(like)) return undefined
  return digest(path, createHash('sha1').update(`blob ${statSync(path).size}\0`))
}

async function digest(path: string, hash: ReturnType<typeof createHash>): Promise<string> {
  for await (const piece of streamRegular(path)) hash.update(piece)
  return hash.digest('hex')
}
