import type { Photo } from '../data/index.ts'
import type { JointMatch } from '../local/index.ts'
import { sidesOf } from './flanks.ts'

/** A photo of a candidate, to be looked at beside the query. */
export interface ShownPhoto {
  readonly photo: Photo
  /** With the query, on the scale of the candidate's. */
  readonly similarity: number
  /** The places of the coat that agree; undefined where they were not matched. */
  readonly match?: JointMatch | undefined
  /** More agree, and rarer ones, when the query is mirrored. */
  readonly mirrored?: boolean | undefined
}

/** A query's gallery as it is ranked. */
export interface RankedGallery {
  readonly order: Int32Array
  readonly similarities: Float32Array
  readonly known: readonly Photo[]
}

/** Of each listed individual `each` photos: the best of each flank first, then the best of the others. */
export function shownPhotos(
  { order, similarities, known }: RankedGallery,
  listed: readonly { readonly identity: string }[],
  each: number,
  matchedOf: (photo: number) => Pick<ShownPhoto, 'match' | 'mirrored'>,
): ReadonlyMap<string, readonly ShownPhoto[]> {
  if (each === 0) return new Map()
  const own = new Map(listed.map(({ identity }): [string, number[]] => [identity, []]))
  for (const photo of order) own.get(known[photo]!.identity!)?.push(photo)
  const shown = (photos: readonly number[]) => {
    const sides = sidesOf(photos.map((photo) => known[photo]!))
    const isFirst = photos.map((_, i) => sides.indexOf(sides[i]) === i)
    const first = photos.filter((_, i) => isFirst[i])
    return [...first, ...photos.filter((_, i) => !isFirst[i])].slice(0, each)
  }
  const told = (photo: number): ShownPhoto => ({
    photo: known[photo]!,
    similarity: similarities[photo]!,
    ...matchedOf(photo),
  })
  return new Map([...own].map(([identity, photos]) => [identity, shown(photos).map(told)]))
}
