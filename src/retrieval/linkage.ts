/** Distances between n photos, the upper triangle row by row, without the diagonal. */
export interface Distances {
  readonly n: number
  readonly values: Float64Array
}

/** Where the distance of i and j stands, i < j. */
export function triangleIndex(n: number, i: number, j: number): number {
  return i * n - (i * (i + 1)) / 2 + j - i - 1
}

/** Two photos whose groups become one, and at what distance. */
interface Merge {
  readonly a: number
  readonly b: number
  readonly height: number
}

/**
 * Average linkage: the two groups whose photos are nearest on average become one, again and again. The order of merges, nearest
 * first: the first n − k of them leave k groups. By chains of nearest neighbours in n² steps (Murtagh, The Computer Journal 26, 1983;
 * average linkage never makes a later merge nearer, so the chains find the same tree).
 */
export function averageLinkage({ n, values }: Distances): Merge[] {
  const distances = values.slice()
  const size = new Float64Array(n).fill(1)
  const at = (i: number, j: number) => (i < j ? triangleIndex(n, i, j) : triangleIndex(n, j, i))
  const merges: Merge[] = []
  const chain: number[] = []
  let first = 0
  while (merges.length < n - 1) {
    if (chain.length === 0) {
      while (size[first] === 0) first++
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
    if (nearest !== before) {
      chain.push(nearest)
      continue
    }
    chain.length -= 2
    merges.push({ a: top, b: nearest, height: least })
    join(top, nearest)
  }
  return merges.sort((x, y) => x.height - y.height)

  /** `kept` takes the photos of `gone`; distances become means over pairs of photos (Lance and Williams). */
  function join(gone: number, kept: number): void {
    const whole = size[gone]! + size[kept]!
    for (let other = 0; other < n; other++) {
      if (other === gone || other === kept || size[other] === 0) continue
      const mean = (size[gone]! * distances[at(gone, other)]! + size[kept]! * distances[at(kept, other)]!) / whole
      distances[at(kept, other)] = mean
    }
    size[kept] = whole
    size[gone] = 0
  }
}

/** The group of each photo, from 0, where the merges leave `groups` of them. */
export function cutTree(merges: readonly Merge[], groups: number): number[] {
  const n = merges.length + 1
  const parent = Array.from({ length: n }, (_, i) => i)
  const root = (i: number): number => {
    let at = i
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!
    return at
  }
  for (const { a, b } of merges.slice(0, n - groups)) parent[root(a)] = root(b)
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
