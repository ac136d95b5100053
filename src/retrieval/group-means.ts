import { type Distances, triangleIndex } from './distances.ts'
import { areOtherSides } from './linkage.ts'
import type { PairConstraints } from './pair-constraints.ts'

/** How near a photo is to its group, and to the nearest other one; means over the pairs that may be compared. */
export interface GroupFit {
  /** To the others of its group; undefined where there is nobody to compare it with. */
  readonly own?: number | undefined
  readonly nearest?: { readonly group: number; readonly distance: number } | undefined
}

/** For each photo its mean distance to the others of its group, and to the group with the least mean besides. */
export function groupFits(
  { n, values }: Distances,
  groups: readonly number[],
  { sides }: Pick<PairConstraints, 'sides'> = {},
): GroupFit[] {
  const count = 1 + groups.reduce((most, group) => Math.max(most, group), -1)
  const [sums, pairs] = [new Float64Array(count), new Int32Array(count)]
  return groups.map((own, i) => {
    sums.fill(0)
    pairs.fill(0)
    for (let j = 0; j < n; j++) {
      if (i === j || areOtherSides(sides, i, j)) continue
      const group = groups[j]!
      sums[group] = sums[group]! + values[i < j ? triangleIndex(n, i, j) : triangleIndex(n, j, i)]!
      pairs[group]!++
    }
    let nearest: GroupFit['nearest']
    for (let group = 0; group < count; group++) {
      const distance = sums[group]! / pairs[group]! // NaN without a pair
      if (group !== own && pairs[group]! > 0 && !(distance >= (nearest?.distance ?? Number.POSITIVE_INFINITY)))
        nearest = { group, distance }
    }
    return { own: pairs[own] === 0 ? undefined : sums[own]! / pairs[own]!, nearest }
  })
}
