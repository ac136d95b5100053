import { counted } from '../base/index.ts'
import { hammingDistance, hashWords } from '../images/index.ts'
import { type CosinesAmong, type CosineThreshold, joinByCosine } from './burst-cosines.ts'
import { forEachNearPair, type NearPairOptions } from './near-pairs.ts'
import { UnionFind } from './union-find.ts'

/** How alike photos of a burst are. */
export interface BurstOptions extends Pick<NearPairOptions, 'onProgress' | 'signal'> {
  /** Bits of 64 that may differ at most; fewer where photos of different individuals are as alike. */
  readonly radius?: number
  /** Pairs of different individuals that may be as alike as photos of a burst before the radius shrinks. */
  readonly collisions?: number
  /** What tells how alike two photos are to a network; without it hashes alone are asked. */
  readonly cosinesAmong?: CosinesAmong | undefined
  /** How far the search by cosines is: all pairs, then those of each individual. */
  readonly onCosines?: ((done: number, total: number) => void) | undefined
  /** The cosine from which on photos of one individual are joined; higher where photos of two individuals are as alike. */
  readonly cosine?: number | undefined
}

/**
 * The jaguar challenge's training photos have no two individuals within 11 bits, and the first two at 12. A cosine of 0.96 by a ResNet50 of ImageNet joined
 * none of 9,571 pairs of one individual at two encounters, where 0.95 joined three (results/burst-likeness.csv, drawn jaguars and nyala).
 */
export const burstDefaults = { radius: 11, collisions: 0, cosine: 0.96 } as const satisfies BurstOptions

/** Pictures this alike are one picture: two individuals on them are no collision but a name that is wrong. */
export const samePictureBits = 2

/** Likeness by one hash, by the other, and by both (the larger distance), where more bits may differ before two animals are as alike. */
const kinds = ['difference hash', 'DCT hash', 'both hashes'] as const

/** How one kind of likeness was used. */
export interface BurstThreshold {
  readonly kind: (typeof kinds)[number]
  /** Bits up to which pairs count; −1 where none do. */
  readonly radius: number
  /** Pairs of one individual within it, and of two individuals, those on one picture left out. */
  readonly pairs: number
  readonly collisions: number
  /** Bits of the nearest pair of two individuals on two pictures; undefined where none is within the radius asked for. */
  readonly nearestCollision?: number | undefined
}

/** How many bursts were found, and by what limits. */
export interface BurstFindings {
  /** How many bursts have two photos or more, and how many photos are in these. */
  readonly count: number
  readonly photos: number
  readonly thresholds: readonly BurstThreshold[]
  /** Of the embeddings; undefined where none were asked. */
  readonly likeness?: CosineThreshold | undefined
  /** Pairs of two individuals that are one picture. */
  readonly contradictions: number
}

/** Photos that are nearly the same. */
export interface Bursts extends BurstFindings {
  /** For each photo the number of its burst; one alone has its own. */
  readonly bursts: readonly number[]
}

/**
 * Bursts among photos, from their hashes ([photos, 4] words) and individuals (undefined: not known): photos of one individual whose hashes
 * differ in few bits, in one of them or in both, are joined, and so are photos that are joined to the same one (union-find). For each kind the bits are
 * as many as `radius` allows, but so few that at most `collisions` pairs of different individuals are as alike: a radius that joins
 * two animals tells scenes and not moments. With `cosinesAmong` photos whose embeddings are alike are joined too, under the same rule. Photos of nobody known are joined to none but their own picture.
 */
export async function burstsOf(
  hashes: Uint32Array,
  identities: readonly (string | undefined)[],
  options: BurstOptions = {},
): Promise<Bursts> {
  const { onProgress, onCosines, signal, cosinesAmong } = options
  const {
    radius = burstDefaults.radius,
    collisions = burstDefaults.collisions,
    cosine = burstDefaults.cosine,
  } = options
  const isSame = (a: number, b: number) => identities[a] === identities[b] && identities[a] !== undefined
  const isOther = (a: number, b: number) =>
    identities[a] !== identities[b] && identities[a] !== undefined && identities[b] !== undefined
  const counts = kinds.map(() => ({ same: new Float64Array(radius + 1), other: new Float64Array(radius + 1) }))
  let contradictions = 0
  const half = (from: number) => (done: number, total: number) => onProgress?.(from * total + done, 2 * total)
  await forEachNearPair(hashes, { radius, signal, onProgress: half(0) }, (a, b, difference, dct) => {
    const bits = [difference, dct, Math.max(difference, dct)]
    const isPicture = bits[2]! <= samePictureBits
    if (isPicture && isOther(a, b)) contradictions++
    bits.forEach((distance, kind) => {
      if (distance > radius) return
      if (isSame(a, b)) counts[kind]!.same[distance]!++
      else if (isOther(a, b) && !isPicture) counts[kind]!.other[distance]!++
    })
  })
  const thresholds = kinds.map((kind, k) => thresholdOf(kind, counts[k]!, collisions))
  const sets = new UnionFind(identities.length)
  await forEachNearPair(hashes, { radius, signal, onProgress: half(1) }, (a, b, difference, dct) => {
    const bits = [difference, dct, Math.max(difference, dct)]
    const isNear = isSame(a, b) && bits.some((distance, kind) => distance <= thresholds[kind]!.radius)
    if (isNear || bits[2] === 0) sets.union(a, b)
  })
  const isPicture = (a: number, b: number) => {
    const bits = (word: number) => hammingDistance(hashes, a * hashWords + word, hashes, b * hashWords + word)
    return bits(0) <= samePictureBits && bits(2) <= samePictureBits
  }
  const likeness =
    cosinesAmong &&
    (await joinByCosine(
      { identities, cosinesAmong, least: cosine, collisions, isPicture, signal, onProgress: onCosines },
      (a, b) => sets.union(a, b),
    ))
  const groups = [...sets.groups()]
  const sizes = new Map<number, number>()
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1)
  const several = [...sizes.values()].filter((size) => size > 1)
  return {
    bursts: groups,
    count: several.length,
    photos: several.reduce((sum, size) => sum + size, 0),
    thresholds,
    ...(likeness && { likeness }),
    contradictions,
  }
}

/** The largest radius within which at most `allowed` pairs of two individuals lie. */
function thresholdOf(
  kind: BurstThreshold['kind'],
  { same, other }: { readonly same: Float64Array; readonly other: Float64Array },
  allowed: number,
): BurstThreshold {
  let [radius, pairs, collisions] = [-1, 0, 0]
  for (let bits = 0; bits < same.length; bits++) {
    if (collisions + other[bits]! > allowed) break
    radius = bits
    pairs += same[bits]!
    collisions += other[bits]!
  }
  const nearest = other.findIndex((count) => count > 0)
  return { kind, radius, pairs, collisions, nearestCollision: nearest === -1 ? undefined : nearest }
}

/**
 * Bursts in words: `12 bursts of 31 photos (a burst is photos of one individual that are nearly the same picture: 11 bits of 64 apart at most)`; where
 * photos of two individuals are as alike, that fewer were joined for that.
 */
export function burstWords(found: BurstFindings): string {
  const { count, photos, thresholds, likeness } = found
  const what = 'a burst is photos of one individual that are nearly the same picture'
  const lowered = [...thresholds, ...(hasCosine(found) ? [likeness!] : [])].some(
    ({ nearestCollision }) => nearestCollision !== undefined,
  )
  const some = hasCosine(found) || thresholds.some(({ radius }) => radius >= 0)
  const fewer = lowered
    ? `; here photos of two individuals are as alike, so that only ${some ? 'photos that are more alike' : 'identical pictures'} were joined`
    : ''
  return `${counted(count, 'burst')} of ${counted(photos, 'photo')} (${what}: ${limitWords(found)}${fewer})`
}

/** The limits in force: `within 8 bits of 64 by difference hash, 9 by DCT hash, 11 by both hashes, or of cosine 0.96 or more`. */
function limitWords({ thresholds, likeness }: Pick<Bursts, 'thresholds' | 'likeness'>): string {
  const used = thresholds.filter(({ radius }) => radius >= 0)
  const isOne = used.length === thresholds.length && new Set(used.map(({ radius }) => radius)).size === 1
  const each = used.map(({ kind, radius }, i) => `${i === 0 ? counted(radius, 'bit') + ' of 64' : radius} by ${kind}`)
  const bits = isOne ? `${counted(used[0]!.radius, 'bit')} of 64 in a hash` : each.join(', ')
  const limits = [
    ...(used.length === 0 ? ['the same in both hashes'] : [`within ${bits}`]),
    ...(hasCosine({ likeness }) ? [`of cosine ${cosineText(likeness!.cosine)} or more`] : []),
  ].join(', or ')
  return likeness === undefined || hasCosine({ likeness })
    ? limits
    : `${limits}; none is joined by cosine, since photos of two individuals have a cosine of 1`
}

/** Whether any cosine is high enough. */
function hasCosine({ likeness }: Pick<BurstFindings, 'likeness'>): boolean {
  return likeness !== undefined && likeness.cosine <= 1
}

/** With more digits near 1, which only the same picture has. */
function cosineText(cosine: number): string {
  return String(Number(cosine.toFixed(cosine > 0.9999 ? 7 : 4)))
}
