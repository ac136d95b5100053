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

/** Finds the rows of photos by name, `first` looking among the first list of photos, `second` among the second one. */
export interface PhotoFinder {
  (name: string, from: 'first' | 'second'): readonly number[]
}

/**
 * Rows in the two lists, the second counted on from the first. A name is looked for in the list of its column, then in the other: as it is written, then
 * as a page shows it, and then as the end of a path, so that a table made in another folder is understood; at last without the apostrophe that tables
 * put before a name which a spreadsheet would run as a formula.
 */
export function photoFinder(photos: readonly Named[], others: readonly Named[]): PhotoFinder {
  const [first, second] = [listOf(photos, 0), listOf(others, photos.length)]
  const rowsOf: PhotoFinder = (name, from) => {
    const lists = from === 'first' ? [first, second] : [second, first]
    for (const list of lists)
      for (const rows of [list.named.get(name), list.shown.get(name)]) if (rows !== undefined) return rows
    const ends = (list: List) => list.names.flatMap((own, i) => (isEnd(own, name) ? [list.from + i] : []))
    return lists.map(ends).find((rows) => rows.length > 0) ?? []
  }
  return (name, from) => {
    const found = rowsOf(name, from)
    return found.length === 0 && /^'[=+@\t\r-]/.test(name) ? rowsOf(name.slice(1), from) : found
  }
}

interface List {
  readonly from: number
  readonly names: readonly string[]
  readonly named: ReadonlyMap<string, readonly number[]>
  readonly shown: ReadonlyMap<string, readonly number[]>
}

function listOf(photos: readonly Named[], from: number): List {
  const names = photos.map(({ filename }) => filename)
  return { from, names, named: rowsBy(names, from), shown: rowsBy(shownNames(photos), from) }
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

function isEnd(a: string, b: string): boolean {
  return a.endsWith(`/${b}`) || b.endsWith(`/${a}`)
}
