import type { Embeddings } from './embeddings.ts'
import { forEachCosineRow } from './similarity.ts'

/** Photos near a photo, the most similar first, and their cosines with it; of equal ones the lower index first. */
export interface Nearest {
  readonly photos: Int32Array
  readonly cosines: Float32Array
}

/** The k largest of a row of cosines, `skip` not among them; fewer where the row has fewer. One pass, in O(k) memory. */
export function nearestOf(cosines: Float32Array, k: number, skip: number = -1): Nearest {
  return extremes(cosines, k, skip, 1)
}

/** As nearestOf, the k smallest, the least similar first. */
export function farthestOf(cosines: Float32Array, k: number, skip: number = -1): Nearest {
  return extremes(cosines, k, skip, -1)
}

/** What is near a photo among the others of its set, and what is far from it. */
export interface Surroundings {
  readonly nearest: readonly Nearest[]
  readonly farthest: readonly Nearest[]
}

/** For each photo of a set its k nearest others and its `far` farthest ones; cosines are held for 256 photos at a time. */
export function surroundings(photos: Embeddings, k: number, far: number): Surroundings {
  const nearest: Nearest[] = []
  const farthest: Nearest[] = []
  forEachCosineRow(photos, photos, (photo, cosines) => {
    nearest.push(nearestOf(cosines, k, photo))
    farthest.push(farthestOf(cosines, far, photo))
  })
  return { nearest, farthest }
}

/** The first k of a list without the photos that are left out. */
export function withoutPhotos(list: Nearest, leftOut: ReadonlySet<number>, k: number): Nearest {
  if (!list.photos.some((photo) => leftOut.has(photo)))
    return { photos: list.photos.subarray(0, k), cosines: list.cosines.subarray(0, k) }
  const kept = [...list.photos.keys()].filter((at) => !leftOut.has(list.photos[at]!)).slice(0, k)
  return {
    photos: Int32Array.from(kept, (at) => list.photos[at]!),
    cosines: Float32Array.from(kept, (at) => list.cosines[at]!),
  }
}

/** Insertion into a list that stays sorted: nearly every cosine of a long row fails the first comparison. */
function extremes(cosines: Float32Array, k: number, skip: number, sign: 1 | -1): Nearest {
  const most = Math.max(0, Math.min(k, skip < 0 ? cosines.length : cosines.length - 1))
  const photos = new Int32Array(most)
  const values = new Float64Array(most)
  let held = 0
  for (let photo = 0; photo < cosines.length && most > 0; photo++) {
    const value = sign * cosines[photo]!
    if (photo === skip || (held === most && value <= values[most - 1]!)) continue
    let at = held < most ? held++ : most - 1
    for (; at > 0 && values[at - 1]! < value; at--) {
      values[at] = values[at - 1]!
      photos[at] = photos[at - 1]!
    }
    values[at] = value
    photos[at] = photo
  }
  return { photos, cosines: Float32Array.from(values, (value) => sign * value) }
}
