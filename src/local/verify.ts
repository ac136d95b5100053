import { Rng } from '../base/index.ts'
import {
  type Affine,
  fitAffine,
  isPlausible,
  magnification,
  type PointPair,
  residual,
  rotation,
  similarityAt,
  similarityOf,
} from './affine.ts'
import type { Correspondences } from './correspond.ts'
import type { LocalFeatures } from './features.ts'
import { hullArea } from './hull.ts'

/** What of two photos' correspondences agrees on one map from the query to the photo. */
export interface Verified {
  /** Indices of correspondences, rising. Places with several angles count once. */
  readonly inliers: Int32Array
  /** Inliers of all correspondences, 0 to 1. */
  readonly share: number
  /** The area that the inliers span, of that of all keypoints of the query: 0 to 1. */
  readonly coverage: number
  /** Standard deviation of ln(scale in the photo / scale in the query) over the inliers: small where one map explains them. */
  readonly scaleSpread: number
}

/** How closely correspondences must agree. */
export interface VerifyOptions {
  /** Of the diagonal that the photo's keypoints span. */
  readonly tolerance: number
  /** Keypoints' scales may differ from the map's by this factor. */
  readonly scaleFactor: number
  /** Their angles may differ from it by so much. */
  readonly turnRad: number
  /** Fewer agree by chance. */
  readonly fewest: number
  /** Whether scales and angles of keypoints were measured, so that one correspondence proposes a map (`MatchRule`). */
  readonly oriented: boolean
}

/** 5 % of the animal, half or twice the scale, 45 degrees, four places. */
export const verifyDefaults = {
  tolerance: 0.05,
  scaleFactor: 2,
  turnRad: Math.PI / 4,
  fewest: 4,
  oriented: true,
} as const satisfies VerifyOptions

const none: Verified = { inliers: new Int32Array(0), share: 0, coverage: 0, scaleSpread: 0 }

/** Random triples of inliers that are tried for a better affine map. */
const triples = 60

/** Random pairs of correspondences that propose a similarity, where one alone says nothing of turn and scale. */
const couples = 300

/** Neighbours that a place must agree with, to join where a body bends. */
const neighbours = 3

/**
 * Correspondences that agree in place, scale and angle. Each alone proposes a similarity (its scales and angles say which), so that nothing is left to
 * luck; the best one's inliers propose affine maps, by least squares and by seeded triples (locally optimised RANSAC, Chum et al. 2003). Bodies bend: what
 * lies off the map joins where it moves as the inliers around it do. Upright keypoints propose by twos as well, for one of them says nothing of turn and
 * scale. Fewer than `fewest` are none.
 */
export function verify(
  query: LocalFeatures,
  photo: LocalFeatures,
  matches: Correspondences,
  options: VerifyOptions = verifyDefaults,
): Verified {
  const pairs = distinct(placesOf(query, photo, matches))
  if (pairs.length < options.fewest) return none
  const tolerancePx = options.tolerance * extent(photo)
  const fits = (map: Affine) => (pair: Pair) => residual(map, pair) <= tolerancePx && agrees(map, pair, options)
  const best = optimise(pairs, bestSimilarity(pairs, fits, options), fits)
  if (best.inliers.length < options.fewest) return none
  const all = grow(pairs, best, tolerancePx, options)
  return {
    inliers: Int32Array.from(all, ({ at }) => at).sort(),
    share: all.length / pairs.length,
    coverage: Math.min(1, hullArea(all) / Math.max(hullArea(pointsOf(query)), Number.EPSILON)),
    scaleSpread: spread(all.map(({ logScale }) => logScale)),
  }
}

/** A correspondence with what its keypoints say of the map. */
interface Pair extends PointPair {
  /** Its index. */
  readonly at: number
  readonly logScale: number
  readonly turn: number
}

interface Model {
  readonly map: Affine
  readonly inliers: readonly Pair[]
}

type Fits = (map: Affine) => (pair: Pair) => boolean

function placesOf(query: LocalFeatures, photo: LocalFeatures, matches: Correspondences): Pair[] {
  return Array.from(matches.query, (q, at) => {
    const [x, y, scale, angle] = query.keypoints.subarray(q * 4, q * 4 + 4) as unknown as [
      number,
      number,
      number,
      number,
    ]
    const k = matches.photo[at]! * 4
    const [toX, toY, toScale, toAngle] = photo.keypoints.subarray(k, k + 4) as unknown as [
      number,
      number,
      number,
      number,
    ]
    return { at, x, y, toX, toY, logScale: Math.log(toScale / scale), turn: toAngle - angle }
  })
}

/** One of those that begin or end at the same place, the first. */
function distinct(pairs: readonly Pair[]): Pair[] {
  const seen = new Set<string>()
  return pairs.filter(({ x, y, toX, toY }) => {
    const [from, to] = [`${Math.round(x)},${Math.round(y)}`, `to ${Math.round(toX)},${Math.round(toY)}`]
    const isNew = !seen.has(from) && !seen.has(to)
    seen.add(from).add(to)
    return isNew
  })
}

function agrees(map: Affine, { logScale, turn }: Pair, { scaleFactor, turnRad }: VerifyOptions): boolean {
  const off = turn - rotation(map)
  const wrapped = Math.abs(off - 2 * Math.PI * Math.round(off / (2 * Math.PI)))
  return Math.abs(logScale - Math.log(magnification(map))) <= Math.log(scaleFactor) && wrapped <= turnRad
}

/** The first of the similarities with the most inliers. */
function bestSimilarity(pairs: readonly Pair[], fits: Fits, { oriented }: VerifyOptions): Model {
  let best: Model | undefined
  for (const map of oriented ? alone(pairs) : [...alone(pairs), ...byTwos(pairs)]) {
    const inliers = pairs.filter(fits(map))
    if (best === undefined || inliers.length > best.inliers.length) best = { map, inliers }
  }
  return best!
}

/** What each correspondence says by its scales and angles. */
function alone(pairs: readonly Pair[]): Affine[] {
  return pairs.map((pair) => similarityAt(pair, Math.exp(pair.logScale), pair.turn))
}

/** What two say by their places, of couples drawn by a seed. */
function byTwos(pairs: readonly Pair[]): Affine[] {
  const rng = new Rng('verify').fork('couples').fork(pairs.length)
  return Array.from({ length: couples }, () => similarityOf(rng.pick(pairs), rng.pick(pairs))).filter(
    (map) => map !== undefined,
  )
}

/** An affine map with more inliers, where there is one. Draws depend on the number of correspondences only. */
function optimise(pairs: readonly Pair[], first: Model, fits: Fits): Model {
  let best = first
  const consider = (map: Affine | undefined) => {
    if (map === undefined || !isPlausible(map)) return
    const inliers = pairs.filter(fits(map))
    if (inliers.length > best.inliers.length) best = { map, inliers }
  }
  consider(fitAffine(best.inliers))
  const rng = new Rng('verify').fork(pairs.length)
  for (let i = 0; i < triples && best.inliers.length >= 4; i++) {
    const { inliers } = best
    consider(fitAffine([rng.pick(inliers), rng.pick(inliers), rng.pick(inliers)]))
  }
  consider(fitAffine(best.inliers))
  return best
}

/** Joins what moves as its nearest members do: the map's linear part, shifted as they are. Until none joins. */
function grow(pairs: readonly Pair[], { map, inliers }: Model, tolerancePx: number, options: VerifyOptions): Pair[] {
  const members = [...inliers]
  const outside = new Set(pairs.filter((pair) => !inliers.includes(pair)))
  const isClose = (pair: Pair): boolean => {
    const around = members
      .map((member) => ({ member, distance: Math.hypot(member.x - pair.x, member.y - pair.y) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, neighbours)
    return around.every(({ member, distance }) => {
      if (distance * magnification(map) > 4 * tolerancePx) return false
      const shifted = { ...map, e: map.e + member.toX - at(map, member)[0], f: map.f + member.toY - at(map, member)[1] }
      return residual(shifted, pair) <= tolerancePx
    })
  }
  for (let joined = true; joined; ) {
    joined = false
    for (const pair of outside) {
      if (!agrees(map, pair, options) || !isClose(pair)) continue
      members.push(pair)
      outside.delete(pair)
      joined = true
    }
  }
  return members
}

function at({ a, b, c, d, e, f }: Affine, { x, y }: PointPair): [number, number] {
  return [a * x + b * y + e, c * x + d * y + f]
}

function pointsOf({ count, keypoints }: LocalFeatures): { readonly x: number; readonly y: number }[] {
  return Array.from({ length: count }, (_, k) => ({ x: keypoints[k * 4]!, y: keypoints[k * 4 + 1]! }))
}

/** The diagonal of the keypoints' bounding box. */
function extent(features: LocalFeatures): number {
  const points = pointsOf(features)
  const side = (value: (point: { readonly x: number; readonly y: number }) => number) => {
    const values = points.map(value)
    return Math.max(...values) - Math.min(...values)
  }
  return Math.hypot(
    side(({ x }) => x),
    side(({ y }) => y),
  )
}

function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)
}
