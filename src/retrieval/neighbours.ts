import { type Embeddings, pickRows } from './embeddings.ts'
import { productError } from './product-blocks.ts'
import { forEachRoundedCosineRow } from './rounded-cosines.ts'
import { cosineBetweenRows, forEachCosineRow } from './similarity.ts'

/** Photos near a photo, the most similar first, and their cosines with it; of equal ones the lower index first. */
export interface Nearest {
  readonly photos: Int32Array
  readonly cosines: Float32Array
}

/** True for photos that do not count. */
export type Skip = (photo: number) => boolean

const nobody: Skip = () => false

/** The k largest of a row of cosines, without those of `skip`; fewer where the row has fewer. One pass, in O(k) memory. */
export function nearestOf(cosines: Float32Array, k: number, skip: Skip = nobody): Nearest {
  return extremes(cosines, k, skip, 1)
}

/** What is near a photo among the others of its set, and what is far from it. */
export interface Surroundings {
  readonly nearest: readonly Nearest[]
  readonly farthest: readonly Nearest[]
}

/** For each photo of a set its k nearest others and its `far` farthest ones, exactly; cosines are held for some hundred photos at a time. */
export function surroundings(photos: Embeddings, k: number, far: number): Surroundings {
  const nearest: Nearest[] = []
  const farthest: Nearest[] = []
  const exact = exactExtremes(photos, photos)
  forEachRoundedCosineRow(photos, photos, (photo, cosines) => {
    const itself: Skip = (other) => other === photo
    nearest.push(exact.nearest(photo, cosines, k, itself))
    farthest.push(exact.farthest(photo, cosines, far, itself))
  })
  return { nearest, farthest }
}

/** What is left of a photo's lists: its k nearest others and its farthest one. */
interface Remaining {
  readonly nearest: Nearest
  readonly farthest: Nearest
}

/**
 * The k nearest others of some photos, and the farthest, as if the photos that are left out were not there. Lists that have too few left
 * are made anew, out of the photo's exact cosines: so lists need not be as long as what is left out at most.
 */
export function remainders(photos: Embeddings, { nearest, farthest }: Surroundings, k: number) {
  const isShort = (kept: Nearest, wanted: number, list: Nearest) =>
    kept.photos.length < wanted && list.photos.length < photos.count - 1
  return (of: Iterable<number>, out: ReadonlySet<number>): ReadonlyMap<number, Remaining> => {
    const found = new Map<number, Remaining>()
    const short: number[] = []
    for (const photo of of) {
      const near = withoutPhotos(nearest[photo]!, out, k)
      const far = withoutPhotos(farthest[photo]!, out, 1)
      found.set(photo, { nearest: near, farthest: far })
      if (isShort(near, k, nearest[photo]!) || isShort(far, 1, farthest[photo]!)) short.push(photo)
    }
    if (short.length > 0)
      forEachCosineRow(pickRows(photos, short), photos, (at, cosines) => {
        const photo = short[at]!
        const skip: Skip = (other) => other === photo || out.has(other)
        found.set(photo, { nearest: nearestOf(cosines, k, skip), farthest: extremes(cosines, 1, skip, -1) })
      })
    return found
  }
}

/** The k nearest and farthest photos of a query, out of its row of rounded cosines, as its exact ones give them. */
export interface ExactExtremes {
  nearest(query: number, cosines: Float32Array, k: number, skip?: Skip): Nearest
  farthest(query: number, cosines: Float32Array, k: number, skip?: Skip): Nearest
}

/**
 * The k-th best of a rounded row lies within the rounding error of the k-th best in truth. Whoever lies below it by less than twice the
 * error may be among the k; these few are computed exactly.
 */
export function exactExtremes(queries: Embeddings, gallery: Embeddings): ExactExtremes {
  const cosineOf = cosineBetweenRows(queries, gallery)
  const margin = 2 * productError(gallery.dim)
  const best = (query: number, cosines: Float32Array, k: number, skip: Skip, sign: 1 | -1): Nearest => {
    const near = contenders(cosines, { k, skip, sign, margin })
    const exact = extremes(
      Float32Array.from(near, (photo) => cosineOf(query, photo)),
      k,
      nobody,
      sign,
    )
    return { photos: exact.photos.map((at) => near[at]!), cosines: exact.cosines }
  }
  return {
    nearest: (query, cosines, k, skip = nobody) => best(query, cosines, k, skip, 1),
    farthest: (query, cosines, k, skip = nobody) => best(query, cosines, k, skip, -1),
  }
}

/** The first k of a list. */
export function firstOf({ photos, cosines }: Nearest, k: number): Nearest {
  return { photos: photos.subarray(0, k), cosines: cosines.subarray(0, k) }
}

/** The first k of a list without the photos that are left out. */
export function withoutPhotos(list: Nearest, leftOut: ReadonlySet<number>, k: number): Nearest {
  const kept: number[] = []
  for (let at = 0; at < list.photos.length && kept.length < k; at++) if (!leftOut.has(list.photos[at]!)) kept.push(at)
  const [photos, cosines] = [new Int32Array(kept.length), new Float32Array(kept.length)]
  for (let i = 0; i < kept.length; i++) {
    photos[i] = list.photos[kept[i]!]!
    cosines[i] = list.cosines[kept[i]!]!
  }
  return { photos, cosines }
}

/** Whoever may be among the k best, the true values being within half of the margin. One pass; nearly every value fails its comparison. */
function contenders(
  cosines: Float32Array,
  {
    k,
    skip,
    sign,
    margin,
  }: { readonly k: number; readonly skip: Skip; readonly sign: 1 | -1; readonly margin: number },
): number[] {
  const best = new Float64Array(k).fill(-Infinity) // falling
  const found: number[] = []
  let least = k > 0 ? -Infinity : Infinity
  for (let photo = 0; photo < cosines.length; photo++) {
    const value = sign * cosines[photo]!
    if (value < least || skip(photo)) continue
    found.push(photo)
    if (value <= best[k - 1]!) continue
    let at = k - 1
    for (; at > 0 && best[at - 1]! < value; at--) best[at] = best[at - 1]!
    best[at] = value
    least = best[k - 1]! - margin
  }
  return found.filter((photo) => sign * cosines[photo]! >= least)
}

/** Insertion into a list that stays sorted: nearly every cosine of a long row fails the first comparison. */
function extremes(cosines: Float32Array, k: number, skip: Skip, sign: 1 | -1): Nearest {
  const most = Math.max(0, Math.min(k, cosines.length))
  const photos = new Int32Array(most)
  const values = new Float64Array(most)
  let held = 0
  for (let photo = 0; photo < cosines.length && most > 0; photo++) {
    const value = sign * cosines[photo]!
    if ((held === most && value <= values[most - 1]!) || skip(photo)) continue
    let at = held < most ? held++ : most - 1
    for (; at > 0 && values[at - 1]! < value; at--) {
      values[at] = values[at - 1]!
      photos[at] = photos[at - 1]!
    }
    values[at] = value
    photos[at] = photo
  }
  return {
    photos: photos.slice(0, held),
    cosines: Float32Array.from(values.subarray(0, held), (value) => sign * value),
  }
}
