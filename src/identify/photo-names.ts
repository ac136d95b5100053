import { posix } from 'node:path'
import type { Photo } from '../data/index.ts'

/** What a photo is looked up by: its name. */
type Named = Pick<Photo, 'filename'>

/**
 * What photos are called on a page and in a file of decisions: their names, and of names that begin at the root of a disk the part below the folder that
 * all of these have in common. Where somebody keeps photos is nobody else's business.
 */
export function shownNames(photos: readonly Named[]): string[] {
  const folders = photos.flatMap(({ filename }) => (posix.isAbsolute(filename) ? [posix.dirname(filename)] : []))
  const first = folders[0]?.split('/') ?? []
  const isCommon = (depth: number) => folders.every((folder) => folder.split('/')[depth] === first[depth])
  const different = first.findIndex((_, depth) => !isCommon(depth))
  const common = `${first.slice(0, different === -1 ? undefined : different).join('/')}/`
  return photos.map(({ filename }) =>
    posix.isAbsolute(filename) && filename.startsWith(common) ? filename.slice(common.length) : filename,
  )
}

/**
 * What photos asked about are called on a page and in a file of decisions: the file's name; of photos that share one, as much of the folders before it as
 * tells them apart. So a photo has one name, whatever folder it is asked from.
 */
export function shortNames(photos: readonly Named[]): string[] {
  const names = photos.map(({ filename }) => filename)
  const of = new Map([...new Set(names)].map((name) => [name, partsOf(name)]))
  const sharing = new Map<string, number>() // of each end of a path, how many photos have it
  for (const parts of of.values())
    for (let depth = 1; depth <= parts.length; depth++) {
      const end = endOf(parts, depth)
      sharing.set(end, (sharing.get(end) ?? 0) + 1)
    }
  const wholes = new Map<string, number>()
  for (const parts of of.values()) wholes.set(parts.join('/'), (wholes.get(parts.join('/')) ?? 0) + 1)
  return names.map((name) => {
    const parts = of.get(name)!
    const depth = parts.findIndex((_, i) => sharing.get(endOf(parts, i + 1)) === 1) + 1
    if (depth > 0) return endOf(parts, depth)
    const whole = parts.join('/')
    return wholes.get(whole) === 1 ? whole : name
  })
}

/** The names of a path, without those that only say where the question was asked from. */
function partsOf(name: string): string[] {
  return name.split('/').filter((part) => !['', '.', '..'].includes(part))
}

function endOf(parts: readonly string[], depth: number): string {
  return parts.slice(-depth).join('/')
}

/** Finds the rows of photos by name, `first` looking among the first list of photos, `second` among the second one. */
export interface PhotoFinder {
  (name: string, from: 'first' | 'second'): readonly number[]
}

/**
 * Rows in the two lists, the second counted on from the first. A name is looked for in the list of its column, then in the other: as it is written, then
 * as a page shows it (`shown`), and then as the end of a path, so that a table made in another folder is understood; at last without the apostrophe that
 * tables put before a name which a spreadsheet would run as a formula. In the list of the other column a file's name alone is no end: cameras use their
 * names again, so that a photo that is not asked about may be called as one of the gallery.
 */
export function photoFinder(
  photos: readonly Named[],
  others: readonly Named[],
  shown: (photos: readonly Named[]) => string[],
): PhotoFinder {
  const [first, second] = [listOf(photos, 0, shown), listOf(others, photos.length, shownNames)]
  const rowsOf: PhotoFinder = (name, from) => {
    const lists = from === 'first' ? [first, second] : [second, first]
    for (const list of lists)
      for (const rows of [list.named.get(name), list.shown.get(name)]) if (rows !== undefined) return rows
    const written = partsOf(name)
    if (written.length === 0) return []
    const ends = ({ from, parts, files }: List, fewest: number) =>
      (files.get(written.at(-1)!) ?? []).filter((row) => isEnd(parts[row - from]!, written, fewest))
    return lists.map((list, i) => ends(list, i + 1)).find((rows) => rows.length > 0) ?? []
  }
  return (name, from) => {
    const found = rowsOf(name, from)
    return found.length === 0 && /^'[=+@\t\r-]/.test(name) ? rowsOf(name.slice(1), from) : found
  }
}

interface List {
  readonly from: number
  readonly parts: readonly (readonly string[])[]
  readonly named: ReadonlyMap<string, readonly number[]>
  readonly shown: ReadonlyMap<string, readonly number[]>
  /** By the file's name alone. */
  readonly files: ReadonlyMap<string, readonly number[]>
}

function listOf(photos: readonly Named[], from: number, shown: (photos: readonly Named[]) => string[]): List {
  const names = photos.map(({ filename }) => filename)
  const parts = names.map(partsOf)
  const files = parts.map((own) => own.at(-1) ?? '')
  return { from, parts, named: rowsBy(names, from), shown: rowsBy(shown(photos), from), files: rowsBy(files, from) }
}

function rowsBy(names: readonly string[], from: number): Map<string, number[]> {
  const rows = new Map<string, number[]>()
  names.forEach((name, i) => {
    const own = rows.get(name)
    if (own === undefined) rows.set(name, [from + i])
    else own.push(from + i)
  })
  return rows
}

/** Whether one of two paths is the end of the other, by at least `fewest` names. */
function isEnd(a: readonly string[], b: readonly string[], fewest: number): boolean {
  const depth = Math.min(a.length, b.length)
  return depth >= fewest && endOf(a, depth) === endOf(b, depth)
}
