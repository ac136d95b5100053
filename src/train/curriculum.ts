import type { Difficulty } from '../data/index.ts'
import type { QueryScore } from '../retrieval/index.ts'

/** Pairs that are kept: the most confused ones. */
const mostPairs = 50

/** Individuals and pairs that the log names. */
const named = 5

/**
 * What a validation found hard. An individual's hardness is 1 − the mean average precision of its photos, and the mean of all where it has none
 * that were scored; two individuals are confused by each photo of one whose nearest photo shows the other. `names` are of the photos
 * that validated, `classes` of the individuals that train.
 */
export function difficultyOf(
  perQuery: readonly QueryScore[],
  names: readonly string[],
  classes: readonly string[],
): Difficulty {
  const indexOf = new Map(classes.map((name, i) => [name, i]))
  const sums = classes.map(() => ({ missed: 0, photos: 0 }))
  const pairs = new Map<string, [number, number, number]>()
  for (const { identity, ap, nearest } of perQuery) {
    const [own, other] = [indexOf.get(identity), indexOf.get(names[nearest]!)]
    if (own === undefined) continue
    sums[own]!.missed += 1 - ap
    sums[own]!.photos += 1
    if (other !== undefined && other !== own) count(pairs, Math.min(own, other), Math.max(own, other))
  }
  const known = sums.filter(({ photos }) => photos > 0).map(({ missed, photos }) => missed / photos)
  const usual = known.reduce((sum, x) => sum + x, 0) / Math.max(1, known.length)
  return {
    hardness: sums.map(({ missed, photos }) => (photos > 0 ? missed / photos : usual)),
    confused: [...pairs.values()].sort((p, q) => q[2] - p[2] || p[0] - q[0] || p[1] - q[1]).slice(0, mostPairs),
  }
}

/** The hardest individuals and the most confused pairs by name, as the log tells them. */
export function hardestOf({ hardness, confused }: Difficulty, classes: readonly string[]) {
  const order = [...hardness.keys()].sort((a, b) => hardness[b]! - hardness[a]! || a - b)
  return {
    hardest: order.slice(0, named).map((i) => classes[i]!),
    confused: confused.slice(0, named).map(([a, b]): [string, string] => [classes[a]!, classes[b]!]),
  }
}

function count(pairs: Map<string, [number, number, number]>, a: number, b: number): void {
  const key = `${a} ${b}`
  pairs.set(key, [a, b, (pairs.get(key)?.[2] ?? 0) + 1])
}
