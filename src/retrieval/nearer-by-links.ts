import { type Distances, triangleIndex } from './distances.ts'
import type { RowPair } from './pair-constraints.ts'

/**
 * Photos that are known to show one individual are one point: of each other pair the distance becomes the shortest way through such points,
 * d(x, y) = min(d(x, y), d(x, G) + d(G, y)), d(x, G) the least distance to a photo of G (Klein, Kamvar and Manning, ICML 2002; Floyd's
 * order). So two groups become one when one pair of theirs is linked, and the link does not tear its photos out of them. In place. Pairs
 * that cannot be compared are infinitely far. n² steps at most for each group of linked photos.
 */
export function bringNearer({ n, values }: Distances, linked: readonly (readonly number[])[]): void {
  const at = (i: number, j: number) => (i < j ? triangleIndex(n, i, j) : triangleIndex(n, j, i))
  let most = 0
  for (const value of values) if (value > most && value < Number.POSITIVE_INFINITY) most = value
  for (const group of linked) {
    const members = new Set(group)
    const ways = Float64Array.from({ length: n }, (_, i) => (members.has(i) ? 0 : least(i, group)))
    for (let i = 0; i < n; i++) {
      const way = ways[i]!
      if (way < most) shortenRow(i, way, ways)
    }
  }

  /** Row by row as the distances lie: in another order it takes several times as long. */
  function shortenRow(i: number, way: number, ways: Float64Array): void {
    for (let j = i + 1, pair = triangleIndex(n, i, j); j < n; j++, pair++) {
      const through = way + ways[j]!
      if (through < values[pair]!) values[pair] = through
    }
  }

  function least(i: number, group: readonly number[]): number {
    let way = Number.POSITIVE_INFINITY
    for (const member of group) {
      const distance = values[at(i, member)]!
      if (distance < way) way = distance
    }
    return way
  }
}

/** Groups of two photos and more that these pairs join, directly or through others. */
export function linkedGroups(pairs: readonly RowPair[]): number[][] {
  const groupOf = new Map<number, number[]>()
  for (const [a, b] of pairs) {
    const [own, other] = [groupOf.get(a) ?? [a], groupOf.get(b) ?? [b]]
    const joined = own === other ? own : [...own, ...other]
    for (const photo of joined) groupOf.set(photo, joined)
  }
  return [...new Set(groupOf.values())].filter((group) => group.length > 1)
}
