/** Places of two photos that look alike, C of them. */
export interface Correspondences {
  /** [C]: keypoints of the query, rising. */
  readonly query: Int32Array
  /** [C]: keypoints of the photo. */
  readonly photo: Int32Array
  /** [C]: cosines of their descriptors. */
  readonly cosine: Float32Array
}

/** All places of one kind of a photo held against those of a query. Letters: K places of the photo, Q of the query. */
export interface Compared {
  /** [K, Q]. */
  readonly cosines: Float32Array
  /** [K]: the largest of each row. */
  readonly ofPhoto: Float32Array
  /** [Q]: the largest of each column. */
  readonly ofQuery: Float32Array
  /** Which keypoint of the query the first column is. */
  readonly queryFirst: number
  /** Which keypoint of the photo the first row is. */
  readonly photoFirst: number
}

/**
 * Keypoints that are each other's nearest neighbours, and clearly so: d(nearest) ≤ `ratio` · d(second nearest) with d² = 2 − 2 cos, in the photo. By kind,
 * in the order of the query's keypoints.
 */
export function correspondences(kinds: readonly Compared[], ratio: number): Correspondences {
  const kept = kinds.flatMap((compared) => {
    const { queryFirst, photoFirst } = compared
    const pairs = closestPairs(compared).filter((pair) => isClear(compared, pair, ratio))
    return pairs.map(({ query, photo, cosine }) => ({ query: query + queryFirst, photo: photo + photoFirst, cosine }))
  })
  return {
    query: Int32Array.from(kept, ({ query }) => query),
    photo: Int32Array.from(kept, ({ photo }) => photo),
    cosine: Float32Array.from(kept, ({ cosine }) => cosine),
  }
}

interface Pair {
  readonly query: number
  readonly photo: number
  readonly cosine: number
}

/** Keypoints with the largest cosine of their row and of their column, of equal ones of a column the first; by query keypoint, rising. */
function closestPairs({ cosines, ofPhoto, ofQuery }: Compared): Pair[] {
  const ofColumns = new Set(ofQuery)
  const closest = new Int32Array(ofQuery.length).fill(-1)
  for (let k = 0, from = 0; k < ofPhoto.length; k++, from += ofQuery.length) {
    if (!ofColumns.has(ofPhoto[k]!)) continue // most rows; to look for a place is slower
    const nearest = cosines.indexOf(ofPhoto[k]!, from) - from
    if (ofPhoto[k] === ofQuery[nearest] && closest[nearest] === -1) closest[nearest] = k
  }
  return Array.from(closest, (photo, query) => ({ query, photo, cosine: ofQuery[query]! })).filter(
    ({ photo }) => photo !== -1,
  )
}

/**
 * Whether no other keypoint of the photo is nearly as close to the query's, and none before it as close. Cosines are rounded: a copy's distance is zero,
 * not the root of a negative number.
 */
function isClear({ cosines, ofPhoto, ofQuery }: Compared, { query, photo, cosine }: Pair, ratio: number): boolean {
  const distance = Math.max(0, 2 - 2 * cosine)
  for (let k = 0, at = query; k < ofPhoto.length; k++, at += ofQuery.length) {
    const rival = cosines[at]!
    if (k !== photo && (distance > ratio * ratio * (2 - 2 * rival) || (rival === cosine && k < photo))) return false
  }
  return true
}
