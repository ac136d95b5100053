import { closeSync, copyFileSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { makeFolder } from './make-folder.ts'
import { parseJson } from './parse-json.ts'
import { readRegular } from './regular-file.ts'
import { naming } from './system-error.ts'
import { temporaryName } from './temporary.ts'

/**
 * Writes a whole file or nothing: a temporary file in the same folder, fsync, rename. A crash or kill at any moment
 * leaves the old file, or none, never a half. Missing folders are made.
 */
export function writeFileAtomic(path: string, content: FileContent): void {
  const staged = stageFile(path, content)
  try {
    staged.commit()
  } finally {
    staged.discard()
  }
}

/** What is written to a file: text as UTF-8, bytes, or parts that are written one after the other. */
export type FileContent = string | Uint8Array | readonly Uint8Array[]

/** A file that is complete under a temporary name beside its own. */
export interface StagedFile {
  /** Gives the file its name. */
  commit(): void
  /** Leaves nothing behind, unless it was committed. */
  discard(): void
}

/** Copies a file of any size, whole or not at all, as `writeFileAtomic` writes one: in place of a link, not into what it leads to. */
export function copyFileAtomic(from: string, to: string): void {
  naming(to, () => {
    makeFolder(dirname(resolve(to)))
    const temporary = temporaryName(resolve(to))
    try {
      copyFileSync(from, temporary)
      renameSync(temporary, to)
    } finally {
      rmSync(temporary, { force: true })
    }
  })
}

/** The first half of `writeFileAtomic`, for files that belong together: only when all are complete they get their names. */
export function stageFile(path: string, content: FileContent): StagedFile {
  const temporary = temporaryName(resolve(path))
  try {
    naming(path, () => writeThrough(temporary, content))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  return {
    commit: () => naming(path, () => renameSync(temporary, path)),
    discard: () => rmSync(temporary, { force: true }),
  }
}

/** A new file, missing folders too, that the disk has before this returns. */
function writeThrough(path: string, content: FileContent): void {
  makeFolder(dirname(path))
  const file = openSync(path, 'wx')
  try {
    const parts =
      typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content
    for (const part of parts) writeFully(file, part)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function writeFully(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, Math.min(bytes.length - done, 1 << 30))
}

/**
 * Parses a JSON file; a byte order mark is passed over. @throws InputError naming the file where it cannot be read or
 * is no JSON, or nested too deep.
 */
export function readJson(path: string): unknown {
  const text = readRegular(path, 'json')
    .toString('utf8')
    .replace(/^\uFEFF/, '')
  return parseJson(text, path)
}
