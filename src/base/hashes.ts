import { createHash } from 'node:crypto'
import { closeSync, readSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { FileContent } from './files.ts'
import { writeFileAtomic } from './files.ts'
import { openRegular, readRegular, streamRegular } from './regular-file.ts'
import { naming } from './system-error.ts'

/** SHA-256 in hexadecimal of bytes that lie in one part or several. */
export function sha256Of(content: FileContent): string {
  return digestOf(content).toString('hex')
}

/** SHA-256 in hexadecimal of a file of any size. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of streamRegular(path)) hash.update(piece)
  return hash.digest('hex')
}

/** Bytes of a seal: the SHA-256 of all that is before it, and of the file's name. */
export const sealBytes = 32

/** Writes a file, whole or not at all, that ends in its seal. */
export function writeSealed(path: string, content: FileContent): void {
  const parts =
    typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content
  writeFileAtomic(path, [...parts, sealOf(path, parts)])
}

/** What a sealed file holds; undefined where its seal does not fit: its content or its name is another. @throws InputError where there is no such file. */
export function readSealed(path: string): Buffer | undefined {
  const bytes = readRegular(path, 'array')
  if (bytes.length < sealBytes) return undefined
  const content = bytes.subarray(0, -sealBytes)
  return sealOf(path, [content]).equals(bytes.subarray(-sealBytes)) ? content : undefined
}

/** Fills `target` from a sealed file; false where that has another length, or a seal that does not fit. */
export function readSealedInto(path: string, target: Uint8Array): boolean {
  const file = openRegular(path)
  try {
    const seal = Buffer.alloc(sealBytes + 1) // one more tells a file that is longer
    return naming(
      path,
      () =>
        fill(file, target, 0) === target.length &&
        fill(file, seal, target.length) === sealBytes &&
        sealOf(path, [target]).equals(seal.subarray(0, sealBytes)),
    )
  } finally {
    closeSync(file)
  }
}

/**
 * The name is of three parts: a cache's file is called by what it was made of, and lies in a folder called by what made it. Under another's name it is
 * no entry of the cache, however whole it is; the cache itself may lie anywhere.
 */
function sealOf(path: string, parts: readonly Uint8Array[]): Buffer {
  const name = resolve(path).split(sep).slice(-3).join('/')
  return digestOf([...parts, Buffer.from(`\n${name}`)])
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
