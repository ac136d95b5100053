import { type Distances, groupsAfter, type Merge, triangleIndex } from '../retrieval/index.ts'

/** Two groups near the threshold, and the photos that a person may decide it by. */
export interface PairToDecide {
  /** The row of the photo to look at: of the pair the most alike. */
  readonly photo: number
  /** Rows of the other group, the most alike first. */
  readonly others: readonly number[]
  /** The mean score of the two groups' pairs. */
  readonly score: number
  /** Whether the groups are one individual in the proposal. */
  readonly joined: boolean
}

/** Which pairs are looked for. */
export interface PairsToDecideOptions {
  /** The distance from which on two groups are two individuals. */
  readonly height: number
  /** How many at most. */
  readonly most: number
  /** How many photos of the other group. */
  readonly photosEach: number
  /** Whether a person may be asked about two rows: not of two flanks, nor where it was decided. */
  readonly mayAsk: (a: number, b: number) => boolean
}

/**
 * The joins nearest to the threshold, above and below it, nearest first: there a decision changes most. Of each the most alike pair of photos that nobody
 * has decided yet; joins without one are passed over.
 */
export function pairsToDecide(
  distances: Distances,
  merges: readonly Merge[],
  { height, most, photosEach, mayAsk }: PairsToDecideOptions,
): PairToDecide[] {
  const joins = [...merges.keys()]
    .filter((i) => Number.isFinite(merges[i]!.height))
    .sort((i, j) => Math.abs(merges[i]!.height - height) - Math.abs(merges[j]!.height - height) || i - j)
  const found: PairToDecide[] = []
  for (const i of joins) {
    if (found.length >= most) break
    const [first, second] = groupsJoined(distances.n, merges, i)
    const photo = mostAlike(distances, [first, second], mayAsk)
    if (photo === undefined) continue
    const near = (row: number) => distanceOf(distances, photo, row)
    const others = second.filter((row) => mayAsk(photo, row)).sort((a, b) => near(a) - near(b) || a - b)
    const { height: at } = merges[i]!
    found.push({ photo, others: others.slice(0, photosEach), score: 1 - at, joined: at <= height })
  }
  return found
}

/** The rows of the two groups that a merge joins, those before it done. */
function groupsJoined(n: number, merges: readonly Merge[], i: number): [first: number[], second: number[]] {
  const groups = groupsAfter(n, merges.slice(0, i))
  const { a, b } = merges[i]!
  const rowsOf = (photo: number) => [...groups.keys()].filter((row) => groups[row] === groups[photo])
  return [rowsOf(a), rowsOf(b)]
}

/** The row of the first group that is nearest to one of the second. */
function mostAlike(
  distances: Distances,
  [first, second]: readonly [readonly number[], readonly number[]],
  mayAsk: PairsToDecideOptions['mayAsk'],
): number | undefined {
  let [best, least]: [number | undefined, number] = [undefined, Number.POSITIVE_INFINITY]
  for (const row of first)
    for (const other of second) {
      const distance = distanceOf(distances, row, other)
      if (distance < least && mayAsk(row, other)) [best, least] = [row, distance]
    }
  return best
}

function distanceOf({ n, values }: Distances, a: number, b: number): number {
  return values[a < b ? triangleIndex(n, a, b) : triangleIndex(n, b, a)]!
}
