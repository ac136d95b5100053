/** Places of two photos that look alike, C of them. */
export interface Correspondences {
  /** [C]: keypoints of the query, rising. */
  readonly query: Int32Array
  /** [C]: keypoints of the photo. */
  readonly photo: Int32Array
  /** [C]: cosines of their descriptors. */
  readonly cosine: Float32Array
}

/**
 * Keypoints that are each other's nearest neighbours, and clearly so: d(nearest) ≤ `ratio` · d(second nearest) with d² = 2 − 2 cos, in the photo.
 * `cosines` [K, Q] of the photo's keypoints with the query's.
 */
export function correspondences(cosines: Float32Array, queries: number, ratio: number): Correspondences {
  const rows = queries === 0 ? 0 : cosines.length / queries
  let kept = candidatesOf(cosines, queries)
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const second = secondBest(cosines, queries, kept, [first, Math.min(rows, first + rowsAtOnce)])
    kept = kept.filter(({ cosine }, i) => isClear(cosine, second[i]!, ratio))
  }
  return {
    query: Int32Array.from(kept, ({ query }) => query),
    photo: Int32Array.from(kept, ({ photo }) => photo),
    cosine: Float32Array.from(kept, ({ cosine }) => cosine),
  }
}

/** Most candidates have a rival among the first rows, and need not be held against the others. */
const rowsAtOnce = 32

interface Candidate {
  readonly query: number
  readonly photo: number
  readonly cosine: number
}

/** Of each query keypoint that is the nearest one of some keypoint of the photo, the closest of these; by query keypoint, rising. Of equal ones the first. */
function candidatesOf(cosines: Float32Array, queries: number): Candidate[] {
  const closest = new Int32Array(queries).fill(-1)
  const highest = new Float32Array(queries).fill(-2)
  for (let k = 0, from = 0; from < cosines.length; k++, from += queries) {
    let nearest = 0
    let best = cosines[from]!
    for (let q = 1; q < queries; q++) {
      const cosine = cosines[from + q]!
      if (cosine > best) {
        best = cosine
        nearest = q
      }
    }
    if (best <= highest[nearest]!) continue
    highest[nearest] = best
    closest[nearest] = k
  }
  return Array.from(closest, (photo, query) => ({ query, photo, cosine: highest[query]! })).filter(
    ({ photo }) => photo !== -1,
  )
}

/**
 * The largest cosine of each candidate's query keypoint with another one of these keypoints of the photo: above the candidate's own where that is not the nearest
 * one, as it is not where an earlier keypoint is as close.
 */
function secondBest(
  cosines: Float32Array,
  queries: number,
  candidates: readonly Candidate[],
  [first, end]: readonly [number, number],
): Float32Array {
  const columns = Int32Array.from(candidates, ({ query }) => query)
  const own = Int32Array.from(candidates, ({ photo }) => photo)
  const second = new Float32Array(columns.length).fill(-2)
  for (let k = first; k < end; k++) {
    for (let i = 0, from = k * queries; i < columns.length; i++) {
      const cosine = cosines[from + columns[i]!]!
      if (cosine <= second[i]! || own[i] === k) continue
      second[i] = cosine === candidates[i]!.cosine && k < own[i]! ? Number.POSITIVE_INFINITY : cosine
    }
  }
  return second
}

/** Cosines are rounded: a copy's distance is zero, not the root of a negative number. */
function isClear(first: number, second: number, ratio: number): boolean {
  return first >= second && Math.max(0, 2 - 2 * first) <= ratio * ratio * (2 - 2 * second)
}
