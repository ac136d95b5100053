import { check } from '../base/index.ts'
import { type Distances, triangleIndex } from './distances.ts'
import { bringNearer, linkedGroups } from './nearer-by-links.ts'
import { contradictionIn, type PairConstraints } from './pair-constraints.ts'

/** Two photos whose groups become one, and at what distance. */
export interface Merge {
  readonly a: number
  readonly b: number
  readonly height: number
}

/** Nothing that is known beforehand. */
const unconstrained: PairConstraints = {}

/**
 * Average linkage: the two groups whose photos are nearest on average become one, again and again, until no two may. First the merges
 * that constraints ask for, their height −∞; then the others, nearest first. Without constraints there are n − 1, and the first n − k of
 * them leave k groups. What pairs that are together do to the distances of others: `bringNearer`. Groups with a pair that is to be apart never become one. A mean is over the pairs that may be compared; groups
 * without such a pair are not joined. By chains of nearest neighbours in n² steps (Murtagh, The Computer Journal 26, 1983; a merge never
 * makes two groups nearer than the nearer of its parts was, with constraints too, so the chains find the same merges).
 * Takes the memory of `values` once more. @throws InputError for constraints that contradict each other.
 */
export function averageLinkage({ n, values }: Distances, constraints: PairConstraints = unconstrained): Merge[] {
  check(contradictionIn(constraints) === undefined, 'linkage: a pair is to be together and apart')
  const { together = [], apart = [], sides } = constraints
  const distances = values.slice()
  const size = new Float64Array(n).fill(1)
  const onSides = sides === undefined ? undefined : sidesCounted(sides)
  const at = (i: number, j: number) => (i < j ? triangleIndex(n, i, j) : triangleIndex(n, j, i))
  setOtherSides(Number.POSITIVE_INFINITY)
  const linked = linkedGroups(together)
  bringNearer({ n, values: distances }, linked)
  setOtherSides(Number.NaN) // never the least, and in no mean
  for (const [a, b] of apart) distances[at(a, b)] = Number.POSITIVE_INFINITY
  const given = joinTogether()
  const merges: Merge[] = []
  const chain: number[] = []
  const isDone = new Uint8Array(n) // nobody is left whom this group may join
  for (let first = 0; ; ) {
    if (chain.length === 0) {
      while (first < n && (size[first] === 0 || isDone[first] === 1)) first++
      if (first === n) break
      chain.push(first)
    }
    const top = chain.at(-1)!
    const before = chain.at(-2)
    // of equal neighbours the one before in the chain: else a chain might run in a circle
    let nearest = before ?? -1
    let least = before === undefined ? Number.POSITIVE_INFINITY : distances[at(top, before)]!
    for (let other = 0; other < n; other++) {
      if (other === top || size[other] === 0) continue
      const distance = distances[at(top, other)]!
      if (distance < least) [nearest, least] = [other, distance]
    }
    if (nearest === -1) {
      isDone[top] = 1
      chain.length = 0
      continue
    }
    if (nearest !== before) {
      chain.push(nearest)
      continue
    }
    chain.length -= 2
    merges.push({ a: top, b: nearest, height: least })
    join(top, nearest)
  }
  return [...given, ...merges.sort((x, y) => x.height - y.height)]

  function setOtherSides(distance: number): void {
    if (onSides === undefined) return
    for (let i = 0, pair = 0; i < n; i++)
      for (let j = i + 1; j < n; j++, pair++) if (areOtherSides(sides, i, j)) distances[pair] = distance
  }

  function joinTogether(): Merge[] {
    const made: Merge[] = []
    for (const group of linked) {
      const kept = group[0]!
      for (const gone of group.slice(1)) {
        made.push({ a: gone, b: kept, height: Number.NEGATIVE_INFINITY })
        join(gone, kept)
      }
    }
    return made
  }

  /** `kept` takes the photos of `gone`; distances become means over pairs of photos (Lance and Williams). */
  function join(gone: number, kept: number): void {
    for (let other = 0; other < n; other++) {
      if (other === gone || other === kept || size[other] === 0) continue
      const [x, y] = [distances[at(gone, other)]!, distances[at(kept, other)]!]
      const [weightX, weightY] = [compared(gone, other), compared(kept, other)]
      const areApart = x === Number.POSITIVE_INFINITY || y === Number.POSITIVE_INFINITY
      const mean = (weightX * x + weightY * y) / (weightX + weightY)
      distances[at(kept, other)] = areApart
        ? Number.POSITIVE_INFINITY
        : Number.isNaN(x)
          ? y
          : Number.isNaN(y)
            ? x
            : mean
    }
    size[kept] = size[kept]! + size[gone]!
    size[gone] = 0
    if (onSides !== undefined) for (const count of onSides) count[kept] = count[kept]! + count[gone]!
  }

  /** In proportion to the pairs of two groups that may be compared. */
  function compared(group: number, other: number): number {
    if (onSides === undefined) return size[group]!
    let unknown = size[group]!
    let [all, unknownOther] = [0, size[other]!]
    for (const count of onSides) {
      all += count[group]! * count[other]!
      unknown -= count[group]!
      unknownOther -= count[other]!
    }
    return all + unknown * size[other]! + (size[group]! - unknown) * unknownOther
  }
}

/** Whether two photos are known to show two sides. */
export function areOtherSides(sides: PairConstraints['sides'], i: number, j: number): boolean {
  const [a, b] = [sides?.[i], sides?.[j]]
  return a !== undefined && b !== undefined && a !== b
}

/** For each side that there is 1 for the photos that show it, [n]. */
function sidesCounted(sides: readonly (string | undefined)[]): Float64Array[] {
  const known = new Set(sides.filter((side) => side !== undefined))
  return [...known].map((side) => Float64Array.from(sides, (own) => (own === side ? 1 : 0)))
}

/** The group of each photo, from 0, where the merges leave `groups` of them. */
export function cutTree(merges: readonly Merge[], groups: number): number[] {
  const n = merges.length + 1
  return groupsAfter(n, merges.slice(0, n - groups))
}

/** The group of each of n photos, from 0, after the merges whose height is at most this. */
export function cutAtHeight(n: number, merges: readonly Merge[], height: number): number[] {
  return groupsAfter(
    n,
    merges.filter((merge) => merge.height <= height),
  )
}

/** The group of each of n photos, from 0, after these merges. */
export function groupsAfter(n: number, merges: readonly Merge[]): number[] {
  const parent = Array.from({ length: n }, (_, i) => i)
  const root = (i: number): number => {
    let at = i
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!
    return at
  }
  for (const { a, b } of merges) parent[root(a)] = root(b)
  const numbers = new Map<number, number>()
  return parent.map((_, i) => {
    const top = root(i)
    const number = numbers.get(top) ?? numbers.size
    numbers.set(top, number)
    return number
  })
}

/**
 * Mean over photos of (b − a) / max(a, b): a the mean distance to the others of the photo's group, b the least mean distance to another
 * group; 0 for a group of one (Rousseeuw, 1987). From −1 to 1, and higher where groups lie apart.
 */
export function silhouette({ n, values }: Distances, groups: readonly number[]): number {
  const count = Math.max(...groups) + 1
  const sizes = new Float64Array(count)
  for (const group of groups) sizes[group]!++
  const sums = new Float64Array(n * count) // of the distances from a photo to each group
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, at++) {
      const distance = values[at]!
      sums[i * count + groups[j]!]! += distance
      sums[j * count + groups[i]!]! += distance
    }
  }
  let total = 0
  for (let i = 0; i < n; i++) {
    const own = groups[i]!
    if (sizes[own] === 1) continue
    const a = sums[i * count + own]! / (sizes[own]! - 1)
    let b = Number.POSITIVE_INFINITY
    for (let group = 0; group < count; group++) {
      if (group !== own) b = Math.min(b, sums[i * count + group]! / sizes[group]!)
    }
    if (Math.max(a, b) > 0) total += (b - a) / Math.max(a, b)
  }
  return total / n
}
