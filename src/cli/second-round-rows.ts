import { dirname, resolve } from 'node:path'
import { type Cell, check, isInside } from '../base/index.ts'
import type { Photo, SplitSide } from '../data/index.ts'
import { folderAround, nameBelow } from './photo-places.ts'
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
  const haveAll = (folder: string) => paths.every((path) => isInside(folder, path))
  if (haveAll(own)) return own
  const root = folderAround(paths)
  check(haveAll(root), `the photos lie on several drives: ${paths[0]} and others`, 'move them to one')
  return root
}

function statedOf({ derived = [], ...photo }: Photo, root: string): Photo {
  const { encounter, timestamp, extra: _, ...stated } = photo
  return {
    ...stated,
    filename: nameBelow(root, photo.path),
    extra: {},
    ...(derived.includes('encounter') ? {} : { encounter }),
    ...(derived.includes('timestamp') ? {} : { timestamp }),
  }
}

/** An outline is in no file of its own. */
function maskOf({ mask }: Photo, root: string): string {
  return mask === undefined || mask.outline !== undefined ? '' : nameBelow(root, mask.path)
}
