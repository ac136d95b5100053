/** An affine map of places: x′ = a x + b y + c, y′ = d x + e y + f. */
export type AffineMap = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** What one side found on a picture. Letters: K keypoints, D numbers a descriptor. */
export interface FoundPlaces {
  /** [K, 4]: x, y, scale and angle, as `LocalFeatures` has them. */
  readonly keypoints: Float32Array
  /** [K, D], unit vectors. */
  readonly descriptors: Float32Array
  /** [K]: only descriptors of one kind are compared; all are of one kind where that is absent. */
  readonly kinds?: Uint8Array | undefined
}

/** A picture and its warped copy, both of one size. */
export interface WarpedPair {
  readonly from: FoundPlaces
  readonly to: FoundPlaces
  /** From places of the one to places of the other. */
  readonly map: AffineMap
  readonly widthPx: number
  readonly heightPx: number
}

/** How well a warped picture was understood. */
export interface WarpScores {
  /** Keypoints of the picture that the warped one shows, and of the warped one that the picture shows: the fewer of both. */
  readonly inView: number
  /** Share of the keypoints of the picture in view that were found again: at the right place, at the right scale. */
  readonly repeatability: number
  /** Descriptors that are each other's nearest and at the right place, of `inView`. */
  readonly matchingScore: number
}

/** What is right: a keypoint found again so near and at a scale so near, and a match so near. */
export const rightDefaults = { foundPx: 2.5, scaleFactor: 1.5, matchedPx: 5 } as const

/**
 * Repeatability and matching score (Mikolajczyk et al. 2005, sections 4 and 5, with distances of centres and scales for the overlap of regions). Pixels are those of
 * the warped picture.
 */
export function scoreWarp({ from, to, map, widthPx, heightPx }: WarpedPair): WarpScores {
  const isInside = ([x, y]: readonly [number, number]) => x >= 0 && y >= 0 && x < widthPx && y < heightPx
  const back = inverse(map)
  const mine = indices(from).filter((k) => isInside(mapped(map, placeOf(from, k))))
  const theirs = indices(to).filter((k) => isInside(mapped(back, placeOf(to, k))))
  const inView = Math.min(mine.length, theirs.length)
  const enlarged = Math.sqrt(Math.abs(map[0] * map[4] - map[1] * map[3]))
  const distance = (k: number, l: number) => {
    const [[x, y], [u, v]] = [mapped(map, placeOf(from, k)), placeOf(to, l)]
    return Math.hypot(x - u, y - v)
  }
  const isSameScale = (k: number, l: number) =>
    Math.abs(Math.log((scaleOf(from, k) * enlarged) / scaleOf(to, l))) <= Math.log(rightDefaults.scaleFactor)
  const again = mine.filter((k) => theirs.some((l) => distance(k, l) <= rightDefaults.foundPx && isSameScale(k, l)))
  const right = mutualNearest(from, mine, to, theirs).filter(([k, l]) => distance(k, l) <= rightDefaults.matchedPx)
  return {
    inView,
    repeatability: mine.length === 0 ? 0 : again.length / mine.length,
    matchingScore: inView === 0 ? 0 : right.length / inView,
  }
}

/** Where a place goes. */
export function mapped([a, b, c, d, e, f]: AffineMap, [x, y]: readonly [number, number]): [number, number] {
  return [a * x + b * y + c, d * x + e * y + f]
}

/** The map back. */
export function inverse([a, b, c, d, e, f]: AffineMap): AffineMap {
  const determinant = a * e - b * d
  const [ia, ib, id, ie] = [e / determinant, -b / determinant, -d / determinant, a / determinant]
  return [ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)]
}

/** Pairs of descriptors of one kind, each the other's nearest among those in view. */
function mutualNearest(
  from: FoundPlaces,
  mine: readonly number[],
  to: FoundPlaces,
  theirs: readonly number[],
): [number, number][] {
  const count = indices(from).length
  const dim = from.descriptors.length / count
  const best = new Int32Array(count).fill(-1)
  const bestBack = new Int32Array(indices(to).length).fill(-1)
  const highest = new Float32Array(best.length).fill(-1)
  const highestBack = new Float32Array(bestBack.length).fill(-1)
  for (const k of mine) {
    for (const l of theirs) {
      if (from.kinds?.[k] !== to.kinds?.[l]) continue
      let cosine = 0
      for (let d = 0; d < dim; d++) cosine += from.descriptors[k * dim + d]! * to.descriptors[l * dim + d]!
      if (cosine > highest[k]!) [highest[k], best[k]] = [cosine, l]
      if (cosine > highestBack[l]!) [highestBack[l], bestBack[l]] = [cosine, k]
    }
  }
  return mine.flatMap((k): [number, number][] => (bestBack[best[k]!] === k ? [[k, best[k]!]] : []))
}

function indices({ keypoints }: FoundPlaces): number[] {
  return Array.from({ length: keypoints.length / 4 }, (_, k) => k)
}

function placeOf({ keypoints }: FoundPlaces, k: number): [number, number] {
  return [keypoints[k * 4]!, keypoints[k * 4 + 1]!]
}

function scaleOf({ keypoints }: FoundPlaces, k: number): number {
  return keypoints[k * 4 + 2]!
}
