import { counted } from '../base/index.ts'
import { hammingDistance, hashWords } from '../images/index.ts'
import { burstDefaults } from './bursts.ts'
import type { Photo } from './manifest.ts'
import { photoKey, type Split } from './split.ts'

/** A photo that trains and one that validates, and in how many bits of 64 they differ: in the hash that tells them better apart. */
export interface CrossPair {
  /** The photos' keys (`photoKey`): file names, with the box where there is one. */
  readonly train: string
  readonly validation: string
  readonly bits: number
  readonly sameIdentity: boolean
}

/** What two sides of a split share, beside individuals. */
export interface Leakage {
  /** Bits up to which two photos count as one moment. */
  readonly radius: number
  readonly train: number
  readonly validation: number
  /** Pairs across the split within the radius: of one individual, which flatter a score, and of two, whose names may be wrong. */
  readonly pairs: number
  readonly otherPairs: number
  /** Photos that validate and have such a pair of their own individual. */
  readonly photos: number
  /** Encounters with photos on both sides; null where no encounters are known. */
  readonly encounters: number | null
  /** The nearest pairs, nearest first, those of one individual before others of the same distance. */
  readonly nearest: readonly CrossPair[]
}

/** How many pairs are kept to look at. */
const nearestKept = 12

/**
 * Compares every photo that validates with every one that trains by their perceptual hashes ([photos, 4] words): the distance of two is
 * the larger one of both hashes. Memory does not grow with the number of pairs.
 */
export function leakageOf(
  photos: readonly Photo[],
  hashes: Uint32Array,
  split: Split,
  radius: number = burstDefaults.radius,
): Leakage {
  const nearest: { readonly a: number; readonly b: number; readonly bits: number; readonly order: number }[] = []
  let [pairs, otherPairs, near] = [0, 0, 0]
  for (const b of split.validation) {
    let isNear = false
    for (const a of split.train) {
      const bits = distance(hashes, a, b)
      const same = photos[a]!.identity === photos[b]!.identity
      if (bits <= radius) {
        if (same) pairs++
        else otherPairs++
        isNear ||= same
      }
      const order = 2 * bits + (same ? 0 : 1)
      if (nearest.length === nearestKept && order >= nearest.at(-1)!.order) continue
      nearest.push({ a, b, bits, order })
      nearest.sort((p, q) => p.order - q.order)
      nearest.length = Math.min(nearest.length, nearestKept)
    }
    if (isNear) near++
  }
  return {
    radius,
    train: split.train.length,
    validation: split.validation.length,
    pairs,
    otherPairs,
    photos: near,
    encounters: sharedEncounters(photos, split),
    nearest: nearest.map(({ a, b, bits }) => ({
      train: photoKey(photos[a]!),
      validation: photoKey(photos[b]!),
      bits,
      sameIdentity: photos[a]!.identity === photos[b]!.identity,
    })),
  }
}

function distance(hashes: Uint32Array, a: number, b: number): number {
  const [p, q] = [a * hashWords, b * hashWords]
  return Math.max(hammingDistance(hashes, p, hashes, q), hammingDistance(hashes, p + 2, hashes, q + 2))
}

function sharedEncounters(photos: readonly Photo[], { train, validation }: Split): number | null {
  const of = (rows: readonly number[]) => new Set(rows.flatMap((row) => photos[row]!.encounter ?? []))
  const [trained, validated] = [of(train), of(validation)]
  if (trained.size === 0 && validated.size === 0) return null
  return [...validated].filter((encounter) => trained.has(encounter)).length
}

/** The verdict, a sentence each; the first says whether the split leaks. */
export function leakageWords(leakage: Leakage): string[] {
  const { radius, pairs, otherPairs, photos, validation, encounters, nearest } = leakage
  if (validation === 0) return ['nothing validates: there is no split that could leak']
  const closest = nearest.find(({ sameIdentity }) => sameIdentity)
  const apart = closest === undefined ? '' : `; the nearest two of one individual differ in ${closest.bits}`
  const verdict =
    pairs === 0
      ? `no photo of the validation side is within ${counted(radius, 'bit')} of a training photo of its individual, so that none is nearly the same picture${apart}`
      : `${counted(pairs, 'pair')} of a training and a validation photo of one individual ${pairs === 1 ? 'is' : 'are'} within ${counted(radius, 'bit')} of each other, which is nearly the same picture ` +
        `(${photos} of ${validation} validation photos): the score flatters`
  return [
    verdict,
    ...(encounters === null || encounters === 0
      ? []
      : [`${counted(encounters, 'encounter')} with photos on both sides`]),
    ...(otherPairs === 0
      ? []
      : [
          `${counted(otherPairs, 'pair')} across the split ${otherPairs === 1 ? 'is' : 'are'} as alike and ${otherPairs === 1 ? 'has' : 'have'} two names`,
        ]),
  ]
}
