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
  const photos = queries === 0 ? 0 : cosines.length / queries
  const best = new Int32Array(queries).fill(-1) // of each query keypoint, in the photo
  const first = new Float32Array(queries).fill(-2)
  const second = new Float32Array(queries).fill(-2)
  const back = new Int32Array(photos) // of each photo keypoint, in the query
  for (let k = 0; k < photos; k++) {
    let highest = -2
    for (let q = 0, at = k * queries; q < queries; q++, at++) {
      const cosine = cosines[at]!
      if (cosine > highest) {
        highest = cosine
        back[k] = q
      }
      if (cosine > first[q]!) {
        second[q] = first[q]!
        first[q] = cosine
        best[q] = k
      } else if (cosine > second[q]!) second[q] = cosine
    }
  }
  const kept = Array.from({ length: queries }, (_, q) => q).filter(
    (q) => best[q] !== -1 && back[best[q]!] === q && isClear(first[q]!, second[q]!, ratio),
  )
  return {
    query: Int32Array.from(kept),
    photo: Int32Array.from(kept, (q) => best[q]!),
    cosine: Float32Array.from(kept, (q) => first[q]!),
  }
}

/** Cosines are rounded: a copy's distance is zero, not the root of a negative number. */
function isClear(first: number, second: number, ratio: number): boolean {
  return Math.max(0, 2 - 2 * first) <= ratio * ratio * (2 - 2 * second)
}
