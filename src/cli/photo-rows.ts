import type { Cell } from '../base/index.ts'
import type { Photo } from '../data/index.ts'

/** Columns of rosette's own that any photo may lack. */
const optional = ['encounter', 'timestamp', 'flank', 'camera', 'fold'] as const
const boxSides = ['x', 'y', 'width', 'height'] as const

/**
 * Photos as the rows of a table, the header first: filename and identity, then what is known of at least one of them, then all other
 * columns of the table they come from. A column of it whose name is taken already gets `_2` behind it.
 */
export function photoRows(photos: readonly Photo[]): Cell[][] {
  const known = optional.filter((name) => photos.some((photo) => photo[name] !== undefined))
  const sides = photos.some(({ box }) => box !== undefined) ? boxSides : []
  const extra = [...new Set(photos.flatMap((photo) => Object.keys(photo.extra)))]
  const own: readonly string[] = ['filename', 'identity', ...known, ...sides]
  const header = [...own, ...extra.map((name) => (own.includes(name) ? `${name}_2` : name))]
  const rows = photos.map((photo) => [
    photo.filename,
    photo.identity ?? '',
    ...known.map((name) => photo[name] ?? ''),
    ...sides.map((side) => photo.box?.[side] ?? ''),
    ...extra.map((name) => photo.extra[name] ?? ''),
  ])
  return [header, ...rows]
}
