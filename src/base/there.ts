import { lstatSync, readlinkSync, statSync } from 'node:fs'
import { InputError } from './check.ts'
import { systemTrouble } from './system-error.ts'

/** How an error calls a file, and what it advises. */
export interface ThereOptions {
  /** The path unless given. */
  readonly name?: string
  readonly hint?: string
}

/**
 * Looks whether something is at `path`. @throws InputError where nothing is: no such `what`, or, where that is the reason, links in a circle, a link to nothing, or what
 * else keeps the system from looking.
 */
export function checkThere(path: string, what: string, { name = path, hint }: ThereOptions = {}): void {
  const error = errorAt(path)
  if (error === undefined) return
  checkReachable(path, name)
  throw new InputError(`${name}: no such ${what}`, hint)
}

/** Looks whether what has the name `path` can be reached; nothing at all may be there. @throws InputError where it cannot. */
export function checkReachable(path: string, name = path): void {
  const error = errorAt(path)
  if (error === undefined) return
  if (isAbsence(error)) {
    const target = linkAt(path)
    if (target === undefined) return
    throw new InputError(`${name}: a link to ${target}, which is not there`, 'look at the links along the path')
  }
  const trouble = systemTrouble(error, { isRead: true })
  if (trouble === undefined) throw error
  throw new InputError(`${name}: cannot be read: ${trouble.what}`, trouble.hint)
}

function errorAt(path: string): unknown {
  try {
    statSync(path)
    return undefined
  } catch (error) {
    return error
  }
}

function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    return undefined // no name either
  }
}
