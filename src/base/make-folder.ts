import { existsSync, mkdirSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { InputError } from './check.ts'

/** How often a folder is begun anew that another process removes meanwhile. */
const attempts = 3

/**
 * Makes a folder and those above it, where they are missing. Every folder of this program is made here: Node's own way never ends where the file system
 * takes no folders, as that of /proc. @throws InputError there; the system's own error for everything else.
 */
export function makeFolder(path: string): void {
  for (let attempt = 1; attempt <= attempts; attempt++) if (isMade(path)) return
  throw new InputError(
    `${path}: the folder cannot be made: ${nearestAbove(path)} takes no new folders`,
    'choose another place',
  )
}

/** False where a folder above takes none, or was removed meanwhile. */
function isMade(path: string): boolean {
  try {
    for (const folder of missingAbove(resolve(path))) makeOne(folder)
    if (!isFolder(path)) mkdirSync(path) // throws: something else has the name
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** The folders that are missing, the outermost first; the last one is the path itself. */
function missingAbove(path: string): string[] {
  const missing: string[] = []
  for (let folder = path; !existsSync(folder) && folder !== dirname(folder); folder = dirname(folder))
    missing.unshift(folder)
  return missing
}

/** Another process may be as far. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !isFolder(folder)) throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function nearestAbove(path: string): string {
  const above = dirname(resolve(path))
  return existsSync(above) || above === dirname(above) ? above : nearestAbove(above)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** Types of file systems that Linux makes up itself (linux/magic.h): what lies there is no file, and nothing can be put beside it. */
const madeUp: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x73636673, // securityfs
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
  0x1cd1, // devpts
])

/** True for a folder that is there and can never hold a file of ours. */
export function isMadeUp(folder: string): boolean {
  return process.platform === 'linux' && madeUp.has(statfsSync(folder).type)
}
