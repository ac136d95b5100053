import { accessSync, constants, existsSync, lstatSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { check, InputError, messageOf } from './check.ts'
import { isMadeUp } from './make-folder.ts'
import { settleFolder } from './staged-folder.ts'
import { longerWhileWritten, systemTrouble } from './system-error.ts'
import { sweepBeside, temporaryName } from './temporary.ts'

/** Refuses an output that exists, unless it may be overwritten. @throws InputError naming the path. */
export function checkAbsent(path: string, overwrite: boolean, option = 'out'): void {
  check(overwrite || !isTaken(path), `\`${option}\`: ${path} exists already`, 'choose another name, or add `overwrite`')
}

/** Something has the name, and be it a link that leads nowhere. */
function isTaken(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false // a file stands where a folder is expected, which is told below
  }
}

/** What is known of an output before it is written. */
export interface OutputOptions {
  readonly overwrite: boolean
  /** The option of the API that names it, for errors. */
  readonly option?: string
  readonly kind?: 'file' | 'folder'
  /** Files that the work reads: no output takes the place of one, whatever `overwrite` says. */
  readonly inputs?: Iterable<string>
}

/** An output is one file, called `out` in errors, and the work reads nothing that it could replace. */
export const outputDefaults = { option: 'out', kind: 'file', inputs: [] } as const satisfies Partial<OutputOptions>

/**
 * Looks at an output before the work for it begins: that it is no input (also through links), is of its kind, does not exist or may
 * be overwritten, and lies where it can be written. Missing folders are made when it is. What killed commands left of it is swept.
 * @throws InputError naming the path.
 */
export function checkOutput(path: string, options: OutputOptions): void {
  const { overwrite, option, kind, inputs } = { ...outputDefaults, ...options }
  checkNameFits(path, option)
  if (kind === 'folder') settleFolder(path)
  else sweepBeside(path)
  if (existsSync(path)) {
    const place = realpathSync.native(path)
    for (const input of inputs) {
      const same = existsSync(input) && realpathSync.native(input) === place
      check(!same, `\`${option}\`: ${path} would replace ${input}, which is read`, 'choose another name')
    }
    const found = statSync(path)
    const fits = kind === 'folder' ? found.isDirectory() : found.isFile()
    const got = found.isDirectory() ? 'a folder' : found.isFile() ? 'a file' : 'something else'
    check(fits, `\`${option}\`: ${path}: expected a ${kind}, got ${got}`, 'choose another name')
  }
  checkAbsent(path, overwrite, option)
  check(
    kind === 'file' || existsSync(path) || !isTaken(path),
    `\`${option}\`: ${path}: expected a folder, got a link that leads nowhere`,
    'remove the link, or choose another name',
  )
  checkFolder(kind === 'folder' ? resolve(path) : dirname(resolve(path)), option)
}

/** That the system allows the name, and the longer one under which the output begins. */
function checkNameFits(path: string, option: string): void {
  try {
    lstatSync(temporaryName(resolve(path)), { throwIfNoEntry: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENAMETOOLONG') return // what else is wrong is told below
    const trouble = systemTrouble(error)
    throw new InputError(`\`${option}\`: ${path}: ${trouble?.what ?? messageOf(error)}`, longerWhileWritten)
  }
}

/** That a folder can be written; where it is missing, that it can be made. */
function checkFolder(path: string, option: string): void {
  let folder = path
  while (!existsSync(folder)) folder = dirname(folder)
  check(statSync(folder).isDirectory(), `\`${option}\`: ${folder} is no folder`)
  check(
    !isMadeUp(folder),
    `\`${option}\`: ${folder} takes no files: the system makes up what is in it`,
    'choose another place',
  )
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new InputError(
      `\`${option}\`: ${folder} cannot be written: ${systemTrouble(error)?.what ?? messageOf(error)}`,
      `name a place where you may write, with \`${option}\``,
    )
  }
}
