import { check } from '../base/index.ts'
import type { EqualError, PairStatistics } from './data.ts'

/** How many bins the whole range of a cosine has. */
const pairDefaults = { bins: 100 } as const

/**
 * Histograms of the similarities of same and different pairs over [−1, 1], empty bins cut off at both ends, and where their
 * error rates are equal. @throws InputError for no pairs.
 */
export function pairStatistics(
  same: Float32Array,
  different: Float32Array,
  { bins }: { readonly bins: number } = pairDefaults,
): PairStatistics {
  check(same.length + different.length > 0, 'report: expected two photos or more to make a pair of')
  const step = 2 / bins
  const binOf = (value: number) => Math.max(0, Math.min(bins - 1, Math.floor((value + 1) / step)))
  const count = (values: Float32Array) => {
    const counts = new Array<number>(bins).fill(0)
    for (const value of values) counts[binOf(value)]!++
    return counts
  }
  const [sameCounts, differentCounts] = [count(same), count(different)]
  const used = (bin: number) => sameCounts[bin]! + differentCounts[bin]! > 0
  let first = 0
  while (!used(first)) first++
  let last = bins - 1
  while (!used(last)) last--
  return {
    from: -1 + first * step,
    step,
    same: sameCounts.slice(first, last + 1),
    different: differentCounts.slice(first, last + 1),
    equalError: equalError(same, different),
  }
}

/**
 * The threshold t among the same pairs' similarities, the smallest at which P(same < t) ≥ P(different ≥ t); the rate is the
 * mean of the two, which are equal but for the steps of finite samples. Null where one kind has no pair.
 */
export function equalError(same: Float32Array, different: Float32Array): EqualError | null {
  if (same.length === 0 || different.length === 0) return null
  const [s, d] = [same.slice().sort(), different.slice().sort()]
  const rejected = (i: number) => lowerBound(s, s[i]!) / s.length
  const accepted = (i: number) => 1 - lowerBound(d, s[i]!) / d.length
  let [low, high] = [0, s.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (rejected(middle) >= accepted(middle)) high = middle
    else low = middle + 1
  }
  return { threshold: s[low]!, rate: (rejected(low) + accepted(low)) / 2 }
}

/** How many of the ascending values are below. */
function lowerBound(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
