import { basename } from 'node:path'
import { type Photo, type Side, sideOf } from '../data/index.ts'

/**
 * Which photos a query may meet. same: not those of its other flank, whose coat is another one; any: all. A photo whose flank is not known meets both
 * flanks, and photos from the front or from behind do too.
 */
export type FlankRule = 'same' | 'any'

/** Of scores: whoever knows no flank, as a competition and other programs, has no other number to compare with. */
export const scoredFlanks: FlankRule = 'any'

/** A query's photos and what flanks do to them; null in reports where no flank is known. */
export interface FlankCounts {
  readonly rule: FlankRule
  /** Queries whose flank is known, and those that were compared with both. */
  readonly known: number
  readonly unknown: number
  /** Queries whose individual has photos in the gallery, but of the other flank only: they cannot be matched by their coats. */
  readonly couldNotBeMatched: number
}

/** Share of photos whose file names say their flank, from which on these words are believed. */
const mostlyNamed = 0.9

/** The side of each photo, where a column or folder says it; where none does, but nearly all file names do (`Fetida_left_3.jpg`), of these. */
export function sidesOf(photos: readonly Photo[]): readonly (Side | undefined)[] {
  const stated = photos.map(({ flank }) => (flank === undefined ? undefined : sideOf(flank)))
  if (photos.some(({ flank }) => flank !== undefined)) return stated
  const named = photos.map(sideInName)
  const found = named.filter((side) => side !== undefined).length
  return found > 0 && found >= mostlyNamed * photos.length ? named : stated
}

/** The side of each query: as `sidesOf`, and where flanks of the gallery are known, also of any file name that says it where nothing else does. */
export function querySides(queries: readonly Photo[], gallery: readonly Photo[]): readonly (Side | undefined)[] {
  const isKnown = sidesOf(gallery).some((side) => side !== undefined)
  if (!isKnown) return sidesOf(queries)
  return queries.map((photo) => (photo.flank === undefined ? sideInName(photo) : sideOf(photo.flank)))
}

/** Whether a query and a gallery photo show different flanks, where both are known. */
export function otherFlank(
  queries: readonly Photo[],
  gallery: readonly Photo[],
  rule: FlankRule = 'same',
): (query: number, photo: number) => boolean {
  if (rule === 'any') return () => false
  const [asked, known] = [querySides(queries, gallery), sidesOf(gallery)]
  return (query, photo) => {
    const [a, b] = [asked[query], known[photo]]
    return a !== undefined && b !== undefined && a !== b
  }
}

/** What flanks did to these queries; null where none of either side is known. `leaveOut` says what they do not meet for other reasons. */
export function flankCounts(
  queries: readonly Photo[],
  gallery: readonly Photo[],
  {
    rule = 'same',
    leaveOut,
  }: { readonly rule?: FlankRule | undefined; readonly leaveOut: (q: number, g: number) => boolean },
): FlankCounts | null {
  const [asked, sides] = [querySides(queries, gallery), sidesOf(gallery)]
  if (asked.every((side) => side === undefined) || sides.every((side) => side === undefined)) return null
  const isOther = otherFlank(queries, gallery)
  const known = asked.filter((side) => side !== undefined).length
  const ownOf = new Map<string | undefined, number[]>()
  gallery.forEach((photo, g) => ownOf.set(photo.identity, [...(ownOf.get(photo.identity) ?? []), g]))
  const lost = queries.filter(({ identity }, q) => {
    const own = (identity === undefined ? [] : (ownOf.get(identity) ?? [])).filter((g) => !leaveOut(q, g))
    return own.length > 0 && own.every((g) => isOther(q, g))
  })
  return { rule, known, unknown: queries.length - known, couldNotBeMatched: lost.length }
}

/** The one side that a file's name speaks of. */
function sideInName({ filename }: Photo): Side | undefined {
  const parts = new Set(
    basename(filename)
      .toLowerCase()
      .split(/[^a-z]+/),
  )
  const [left, right] = [parts.has('left'), parts.has('right')]
  return left === right ? undefined : left ? 'left' : 'right'
}
