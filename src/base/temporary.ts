import { randomBytes } from 'node:crypto'
import { type Dirent, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isLeftover, ownerTag } from './owner.ts'

/** Beside the path, and no other process's: what a file or folder is called until it is complete. */
export function temporaryName(path: string): string {
  return `${path}.${ownerTag(randomBytes(randomDigits / 2).toString('hex'))}.tmp`
}

const randomDigits = 6
const temporary = /\.(\d+-[0-9a-f]+)\.tmp$/

/**
 * Which of a folder's temporary files are swept; unless told otherwise, those that dead processes left in the folder
 * itself.
 */
export interface SweepOptions {
  /** Below the folder too. */
  readonly recursive?: boolean
  /** Of the one output of this name only. */
  readonly of?: string
  /** Also those of processes that live or cannot be asked: for a folder of which the caller holds the lock. */
  readonly all?: boolean
}

/**
 * Removes the temporary files that kills left in a folder, where it exists: those whose process of this machine has ended. Age decides
 * nothing: clocks are set, and some files take long to write.
 */
export function sweepTemporary(folder: string, { recursive = false, of, all = false }: SweepOptions = {}): void {
  for (const entry of entriesOf(folder, recursive)) {
    const tag = temporary.exec(entry.name)
    if (tag === null || !entry.isFile()) continue
    if (of !== undefined && entry.name !== `${of}${tag[0]}`) continue
    const path = join(entry.parentPath, entry.name)
    if (all || (untagged.test(tag[1]!) ? isOld(path) : isLeftover(tag[1]!))) rmSync(path, { force: true })
  }
}

/** As earlier versions named them: the name tells a pid and nothing of its life. */
const untagged = /^\d+-[0-9a-f]{8}$/

const dayMs = 24 * 60 * 60 * 1000

function isOld(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && found.mtimeMs <= Date.now() - dayMs
}

/** None of a folder that cannot be looked into: whoever writes there is told why. */
export function entriesOf(folder: string, recursive = false): Dirent[] {
  try {
    return readdirSync(folder, { recursive, withFileTypes: true })
  } catch {
    return []
  }
}

/** A temporary file that a killed process left, and what tells that process from others. */
export interface Leftover {
  readonly path: string
  readonly writer: string
}

/** What killed processes of this machine left of an output of this name. */
export function leftoversOf(path: string): Leftover[] {
  const [folder, name] = [dirname(resolve(path)), basename(path)]
  return entriesOf(folder).flatMap((entry) => {
    const tag = temporary.exec(entry.name)
    if (tag === null || entry.name !== `${name}${tag[0]}` || !isLeftover(tag[1]!)) return []
    return [{ path: join(folder, entry.name), writer: tag[1]!.slice(0, -randomDigits) }]
  })
}

/** Removes what killed writes of one file left beside it. */
export function sweepBeside(path: string): void {
  sweepTemporary(dirname(resolve(path)), { of: basename(path) })
}
