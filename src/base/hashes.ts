import { createHash } from 'node:crypto'
import { closeSync, existsSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { check } from './check.ts'
import type { FileContent } from './files.ts'
import { writeFileAtomic } from './files.ts'
import { openRegular, readRegular, streamRegular } from './regular-file.ts'

/** SHA-256 in hexadecimal of bytes that lie in one part or several. */
export function sha256Of(content: FileContent): string {
  return digestOf(content).toString('hex')
}

/** SHA-256 in hexadecimal of a file of any size. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of streamRegular(path)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

/** SHA-256 by the name of a file in one folder. */
export type FileHashes = Readonly<Record<string, string>>

/** Of files of a folder. */
export async function hashFiles(folder: string, names: readonly string[]): Promise<FileHashes> {
  const hashes: [string, string][] = []
  for (const name of names) hashes.push([name, await sha256OfFile(join(folder, name))])
  return Object.fromEntries(hashes)
}

/**
 * Holds files of a folder against the hashes that `where` has of them. @throws InputError naming the file that is missing or has
 * changed.
 */
export async function checkFiles(folder: string, hashes: FileHashes, where: string, hint?: string): Promise<void> {
  for (const [name, expected] of Object.entries(hashes)) {
    const path = join(folder, name)
    check(existsSync(path), `${path}: is missing, and belongs to ${where}`, hint)
    const found = await sha256OfFile(path)
    check(
      found === expected,
      `${path}: is damaged, or of another time than ${where}: expected SHA-256 ${expected}, got ${found}`,
      hint,
    )
  }
}

/** Bytes of a seal: the SHA-256 of all that is before it. */
export const sealBytes = 32

/** Writes a file, whole or not at all, that ends in its seal. */
export function writeSealed(path: string, content: FileContent): void {
  const parts =
    typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content
  writeFileAtomic(path, [...parts, digestOf(parts)])
}

/** What a sealed file holds; undefined where its seal does not fit. @throws InputError where there is no such file. */
export function readSealed(path: string): Buffer | undefined {
  const bytes = readRegular(path, 'array')
  if (bytes.length < sealBytes) return undefined
  const content = bytes.subarray(0, -sealBytes)
  return digestOf(content).equals(bytes.subarray(-sealBytes)) ? content : undefined
}

/** Fills `target` from a sealed file; false where that has another length, or a seal that does not fit. */
export function readSealedInto(path: string, target: Uint8Array): boolean {
  const file = openRegular(path)
  try {
    const seal = Buffer.alloc(sealBytes + 1) // one more tells a file that is longer
    return (
      fill(file, target, 0) === target.length &&
      fill(file, seal, target.length) === sealBytes &&
      digestOf(target).equals(seal.subarray(0, sealBytes))
    )
  } finally {
    closeSync(file)
  }
}

/** Bytes that were there. */
function fill(file: number, target: Uint8Array, begin: number): number {
  let done = 0
  while (done < target.length) {
    const count = readSync(file, target, done, target.length - done, begin + done)
    if (count === 0) break
    done += count
  }
  return done
}

function digestOf(content: FileContent): Buffer {
  const hash = createHash('sha256')
  for (const part of typeof content === 'string' || content instanceof Uint8Array ? [content] : content)
    hash.update(part)
  return hash.digest()
}
