import {
  copyFileSync,
  existsSync,
  linkSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { InputError, messageOf } from './check.ts'
import { makeFolder } from './make-folder.ts'
import { isLeftover } from './owner.ts'
import { naming } from './system-error.ts'
import { entriesOf, temporaryName } from './temporary.ts'

/** True for the names, `/` between folders, that an earlier output of the same kind may have: they are not kept. */
export type IsOwn = (name: string) => boolean

/**
 * A folder that is written under another name beside its own, and swapped for what has the name when it is complete: the folder is the
 * old one or the new one, never a mixture. Files in the old one that are not its own are in the new one too.
 */
export class StagedFolder {
  /** Where to write. */
  readonly path: string
  readonly #out: string
  readonly #folder: string
  readonly #isOwn: IsOwn

  constructor(out: string, isOwn: IsOwn) {
    settleFolder(out)
    this.#out = out
    this.#folder = placeOf(out)
    this.#isOwn = isOwn
    this.path = temporaryName(hiddenBeside(this.#folder))
    naming(out, () => makeFolder(this.path))
  }

  /** Writes a file of the folder, `/` between folders in it, which are there; an error of the system calls it by the name that it is to have. */
  write(name: string, content: string | Uint8Array): void {
    naming(join(this.#out, name), () => writeFileSync(join(this.path, name), content))
  }

  /** Gives the folder its name. */
  commit(): void {
    naming(this.#out, () => this.#swap())
  }

  #swap(): void {
    const replaces = existsSync(this.#folder)
    if (!replaces) return renameSync(this.path, this.#folder)
    keepOthers(this.#folder, this.path, this.#isOwn)
    const old = `${this.path.slice(0, -'.tmp'.length)}.old`
    renameSync(this.#folder, old)
    try {
      renameSync(this.path, this.#folder)
    } catch (error) {
      renameSync(old, this.#folder)
      throw error
    }
    rmSync(old, { recursive: true, force: true })
  }

  /** Leaves nothing behind, unless it was committed. */
  discard(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

const left = /\.(\d+-[0-9a-f]+)\.(tmp|old)$/

/**
 * Ends what kills left of a folder's swaps: where the folder has no name it gets back the old one, then what no living process works at
 * is removed.
 */
export function settleFolder(out: string): void {
  const folder = placeOf(out)
  const found = partsOf(folder).filter(({ tag }) => isLeftover(tag))
  const old = found.find(({ ending }) => ending === 'old')
  if (old !== undefined && !existsSync(folder)) renameSync(old.path, folder)
  for (const { path } of found) rmSync(path, { recursive: true, force: true })
}

/** How long the two renames of another command's swap may take, on a slow disk. */
const swapMs = 2000
const lookEveryMs = 20

/**
 * Before a path is read: where it, or a folder above it, has no name because a kill came between the two renames of a swap, it gets that
 * back; where another command swaps it now, this waits. Costs nothing where the path is there. @throws InputError naming the folder that has
 * what was there, where it cannot get its name.
 */
export function settlePath(path: string): void {
  if (existsSync(path)) return
  const missing = topmostMissing(resolve(path))
  const replaced = () => (existsSync(missing) ? undefined : partsOf(missing).find(({ ending }) => ending === 'old'))
  for (let waitedMs = 0, found = replaced(); found !== undefined; waitedMs += lookEveryMs, found = replaced()) {
    const dead = isLeftover(found.tag)
    if (dead) giveBack(missing, found.path)
    else if (waitedMs < swapMs) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookEveryMs)
    else throw notBack(missing, found.path, 'the command that replaces it belongs to another machine, or hangs')
  }
}

function giveBack(folder: string, old: string): void {
  try {
    settleFolder(folder)
  } catch (error) {
    throw notBack(folder, old, messageOf(error))
  }
}

function notBack(folder: string, old: string, why: string): InputError {
  return new InputError(`${folder}: was being replaced, and ${old} has what it was (${why})`, 'rename that folder')
}

function topmostMissing(path: string): string {
  const parent = dirname(path)
  return parent === path || existsSync(parent) ? path : topmostMissing(parent)
}

interface SwapPart {
  readonly path: string
  readonly tag: string
  readonly ending: string
}

/** What swaps of a folder have, or left, beside it. */
function partsOf(folder: string): SwapPart[] {
  const beside = hiddenBeside(folder)
  return entriesOf(dirname(folder)).flatMap(({ name, parentPath }) => {
    if (!name.startsWith(`${basename(beside)}.`)) return []
    const match = left.exec(name.slice(basename(beside).length))
    return match?.index === 0 ? [{ path: join(parentPath, name), tag: match[1]!, ending: match[2]! }] : []
  })
}

/** The folder itself, where links lead to it. */
function placeOf(out: string): string {
  return existsSync(out) ? realpathSync.native(out) : resolve(out)
}

function hiddenBeside(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}`)
}

/** Links what is not ours into the new folder, so that it has a name in one of the two at every moment. */
function keepOthers(from: string, to: string, isOwn: IsOwn, below = ''): void {
  for (const entry of readdirSync(join(from, below), { withFileTypes: true })) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) {
      if (readdirSync(join(from, name)).length === 0 && !isOwn(name)) makeFolder(join(to, name))
      keepOthers(from, to, isOwn, name)
      continue
    }
    const target = join(to, name)
    if (isOwn(name) || existsSync(target)) continue
    makeFolder(dirname(target))
    try {
      linkSync(join(from, name), target)
    } catch {
      copyFileSync(join(from, name), target) // a file system without links
    }
  }
}
