import { randomBytes } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { check, InputError, messageOf } from './check.ts'

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

export type FileContent = string | Uint8Array | readonly Uint8Array[]

/** A file that is complete under a temporary name beside its own. */
export interface StagedFile {
  /** Gives the file its name. */
  commit(): void
  /** Leaves nothing behind, unless it was committed. */
  discard(): void
}

/** The first half of `writeFileAtomic`, for files that belong together: only when all are complete they get their names. */
export function stageFile(path: string, content: FileContent): StagedFile {
  const folder = dirname(resolve(path))
  mkdirSync(folder, { recursive: true })
  const temporary = `${resolve(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    const file = openSync(temporary, 'wx')
    try {
      const parts =
        typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content
      for (const part of parts) writeFully(file, part)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  return { commit: () => renameSync(temporary, path), discard: () => rmSync(temporary, { force: true }) }
}

function writeFully(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, Math.min(bytes.length - done, 1 << 30))
}

/** What a JSON file holds; a byte order mark is passed over. @throws InputError naming the file where it is missing or not JSON. */
export function readJson(path: string): unknown {
  check(existsSync(path), `${path}: no such file`)
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new InputError(`${path}: not JSON (${messageOf(error)})`)
  }
}

/** Refuses an output that exists, unless it may be overwritten. @throws InputError naming the path. */
export function checkAbsent(path: string, overwrite: boolean, option = '--out'): void {
  check(overwrite || !existsSync(path), `${option}: ${path} exists already`, 'choose another name, or add --overwrite')
}

/** What is known of an output before it is written. */
export interface OutputOptions {
  readonly overwrite: boolean
  /** What errors call it. */
  readonly option?: string
  readonly kind?: 'file' | 'folder'
  /** Files that the work reads: no output takes the place of one, whatever `overwrite` says. */
  readonly inputs?: Iterable<string>
}

export const outputDefaults = { option: '--out', kind: 'file', inputs: [] } as const satisfies Partial<OutputOptions>

/**
 * Looks at an output before the work for it begins: that it is no input (also through links), is of its kind, does not exist or may
 * be overwritten, and lies where it can be written. Missing folders are made when it is. @throws InputError naming the path.
 */
export function checkOutput(path: string, options: OutputOptions): void {
  const { overwrite, option, kind, inputs } = { ...outputDefaults, ...options }
  if (existsSync(path)) {
    const place = realpathSync.native(path)
    for (const input of inputs) {
      const same = existsSync(input) && realpathSync.native(input) === place
      check(!same, `${option}: ${path} would replace ${input}, which is read`, 'choose another name')
    }
    const found = statSync(path)
    const fits = kind === 'folder' ? found.isDirectory() : found.isFile()
    const got = found.isDirectory() ? 'a folder' : found.isFile() ? 'a file' : 'something else'
    check(fits, `${option}: ${path}: expected a ${kind}, got ${got}`, 'choose another name')
  }
  checkAbsent(path, overwrite, option)
  checkFolder(kind === 'folder' ? resolve(path) : dirname(resolve(path)), option)
}

/** That a folder can be written; where it is missing, that it can be made. */
function checkFolder(path: string, option: string): void {
  let folder = path
  while (!existsSync(folder)) folder = dirname(folder)
  check(statSync(folder).isDirectory(), `${option}: ${folder} is no folder`)
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new InputError(`${option}: ${folder} cannot be written (${messageOf(error)})`)
  }
}

/** `name` resolved inside `folder`. @throws InputError where it would lead outside. */
export function resolveInside(folder: string, name: string, where: string): string {
  const root = resolve(folder)
  const path = resolve(root, name)
  check(
    path === root || path.startsWith(root.endsWith(sep) ? root : root + sep),
    `${where}: '${name}' leads outside of ${folder}`,
  )
  return path
}
