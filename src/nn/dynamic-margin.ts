import { constant, matmul, sub, type Value } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'
import { addedAngle, type LogitInputs } from './margin-logits.ts'

/** The margin of the individual with the fewest photos, and of the one with the most; between them it falls as n^−power. */
export interface DynamicMarginConfig {
  readonly marginRad: number
  readonly smallestRad: number
  readonly power: number
}

/** What the margin of the true identity takes from its cosine, [B, 1]: few photos get a large margin. */
export function dynamicMarginChange(
  own: Value,
  { target, photosPerIdentity }: LogitInputs,
  config: DynamicMarginConfig,
): Value {
  const margins = dynamicMarginsRad(photosPerIdentity, config)
  const ofTrue = (f: (rad: number) => number) => matmul(target, constant(float32([margins.length, 1], margins.map(f)))) // [B, 1]
  return sub(addedAngle(own, { rad: ofTrue((rad) => rad), cos: ofTrue(Math.cos), sin: ofTrue(Math.sin) }), own)
}

/**
 * m(n) = a·n^−power + b for an individual of n photos, with a and b such that it goes from `marginRad`, at the fewest photos, to
 * `smallestRad` (Ha et al., arXiv:2010.05350, section 3.2). All have `marginRad` where all have as many photos.
 */
export function dynamicMarginsRad(
  photosPerIdentity: readonly number[],
  { marginRad, smallestRad, power }: DynamicMarginConfig,
): number[] {
  const rarity = photosPerIdentity.map((photos) => Math.max(1, photos) ** -power)
  const [least, most] = [Math.min(...rarity), Math.max(...rarity)]
  if (most === least) return rarity.map(() => marginRad)
  return rarity.map((x) => smallestRad + ((marginRad - smallestRad) * (x - least)) / (most - least))
}
