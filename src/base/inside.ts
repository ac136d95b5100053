import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { check, InputError, messageOf } from './check.ts'
import { systemTrouble } from './system-error.ts'

/** How far a name inside a folder may lead once links are resolved. */
export interface InsideOptions {
  /**
   * inside, unless given: a link may not lead out of the folder either. anywhere: it may. That is for folders of photos, which people
   * make of links, and for the hub's cache, which is made of them.
   */
  readonly links?: 'inside' | 'anywhere'
  /** A folder that links may lead into as well. */
  readonly alsoInto?: string
}

/** True where `path` is `folder` or lies in it, both absolute, by their names. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/**
 * Where the file lies that another file names: `name` inside of `folder`. Every name that rosette reads out of a file becomes a path
 * here, as the file may be somebody's who wishes it to lead elsewhere: by `..`, by a root or a drive, by `\` between folders, which
 * other systems take for `/`, by a link, or cut short by a NUL. @throws InputError `where: 'name' …`.
 */
export function resolveInside(
  folder: string,
  name: string,
  where: string,
  { links = 'inside', alsoInto }: InsideOptions = {},
): string {
  check(!name.includes('\0'), `${where}: ${JSON.stringify(name)} is no file name: it holds a NUL character`)
  const root = resolve(folder)
  const outside = `${where}: '${name}' leads outside of ${folder}`
  const readings = [name, name.replaceAll('\\', '/')]
  const fits = !/^[a-z]:[\\/]/i.test(name) && readings.every((reading) => isInside(root, resolve(root, reading)))
  check(fits, outside)
  const path = resolve(root, name)
  if (links === 'anywhere') return path
  const folders = [root, ...(alsoInto === undefined ? [] : [resolve(alsoInto)])].map((own) => placeOf(own))
  const place = placeOf(path)
  check(
    folders.some((own) => isInside(own, place)),
    `${outside}, by a link`,
  )
  return path
}

/**
 * Where a file lies that `file` names, which must be one beside it, with no folder between. Where `file` is a link itself, the other
 * may lie beside what it leads to. @throws InputError as `resolveInside`.
 */
export function resolveBeside(file: string, name: string, where: string = file): string {
  const folder = dirname(file)
  const path = resolveInside(folder, name, where, { alsoInto: dirname(placeOf(resolve(file))) })
  const isPlain = !/[\\/]/.test(name) && !['', '.', '..'].includes(name)
  check(isPlain, `${where}: '${name}' is no plain file name, expected that of a file in ${folder}`)
  return path
}

/** Where a path leads, links followed; of what is not there its folder's place and its name. */
function placeOf(path: string, links = 0): string {
  try {
    return realpathSync.native(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    // ELOOP: links in a circle lead nowhere
    if (links > 40 || (code !== 'ENOENT' && code !== 'ENOTDIR')) throw unfollowed(path, error)
    const target = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined
    if (target !== undefined) return placeOf(resolve(dirname(path), target), links + 1)
    const parent = dirname(path)
    return parent === path ? path : join(placeOf(parent, links), basename(path))
  }
}

function unfollowed(path: string, error: unknown): InputError {
  const trouble = systemTrouble(error)
  return new InputError(`${path}: ${trouble?.what ?? messageOf(error)}`, trouble?.hint)
}
