import { dirname, relative, resolve, sep } from 'node:path'
import { type Cell, check } from '../base/index.ts'
import type { Photo, SplitSide } from '../data/index.ts'
import { photoRows } from './photo-rows.ts'

/** A photo of the table, and what the second round says of it. */
export interface RoundRow {
  readonly photo: Photo
  /** Undefined where the table has no split. */
  readonly side: SplitSide | undefined
  /** Of a proposed identity, where it is noted. */
  readonly confidence: number | undefined
}

/**
 * The rows of a second round's table, the header first: names from `root` on, what is known of the photos, and the columns `split` (where there is one),
 * `proposed` (yes, or empty) and `proposed_confidence`. What was derived is left out, since it is derived anew, and so are columns that no field has.
 */
export function secondRoundRows(rows: readonly RoundRow[], root: string): Cell[][] {
  const [header = [], ...cells] = photoRows(rows.map(({ photo }) => statedOf(photo, root)))
  const withSplit = rows.some(({ side }) => side !== undefined)
  const withMasks = rows.some(({ photo }) => photo.mask !== undefined)
  const further = [...(withSplit ? ['split'] : []), ...(withMasks ? ['mask'] : []), 'proposed', 'proposed_confidence']
  return [
    [...header, ...further],
    ...rows.map(({ photo, side, confidence }, i) => [
      ...cells[i]!,
      ...(withSplit ? [side === undefined || side === 'none' ? '' : side] : []),
      ...(withMasks ? [maskOf(photo, root)] : []),
      photo.proposed === true ? 'yes' : '',
      confidence?.toFixed(4) ?? '',
    ]),
  ]
}

/** The folder that all names start from: the table's own where all photos lie in it, else the nearest that has them all. */
export function rootOf(photos: readonly Photo[], out: string): string {
  const own = dirname(resolve(out))
  const paths = photos
    .flatMap(({ path, mask }) => (mask === undefined ? [path] : [path, mask.path]))
    .map((path) => resolve(path))
  let root = own
  while (!paths.every((path) => isBelow(root, path))) {
    const above = dirname(root)
    check(above !== root, `the photos lie on several drives: ${paths[0]} and others`, 'move them to one')
    root = above
  }
  if (root === own) return own
  let nearest = dirname(paths[0]!)
  while (!paths.every((path) => isBelow(nearest, path))) nearest = dirname(nearest)
  return nearest
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
}

function statedOf({ derived = [], ...photo }: Photo, root: string): Photo {
  const { encounter, timestamp, extra: _, ...stated } = photo
  return {
    ...stated,
    filename: nameFrom(root, photo.path),
    extra: {},
    ...(derived.includes('encounter') ? {} : { encounter }),
    ...(derived.includes('timestamp') ? {} : { timestamp }),
  }
}

/** An outline is in no file of its own. */
function maskOf({ mask }: Photo, root: string): string {
  return mask === undefined || mask.outline !== undefined ? '' : nameFrom(root, mask.path)
}

function nameFrom(root: string, path: string): string {
  return relative(root, resolve(path)).split(sep).join('/')
}
