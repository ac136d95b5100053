import type { Nearest } from './neighbours.ts'

/** R(i, k) of a photo i: itself, and those of its k nearest others that have it among their own k nearest others. */
export function reciprocalSet(lists: readonly Nearest[], photo: number, k: number): Int32Array {
  const mutual = [photo]
  for (const other of firstOf(lists[photo]!, k)) if (firstOf(lists[other]!, k).includes(photo)) mutual.push(other)
  return Int32Array.from(mutual)
}

/**
 * R(p, k) of a query p that is in nobody's list: those of its k nearest gallery photos that it would be among the k nearest of. A photo
 * that is as near as the k-th keeps its place.
 */
export function reciprocalSetOfQuery({ photos, cosines }: Nearest, lists: readonly Nearest[], k: number): Int32Array {
  return photos.subarray(0, k).filter((photo, at) => {
    const last = lists[photo]!.cosines[k - 1]
    return last === undefined || cosines[at]! > last
  })
}

/**
 * R*(p, k₁) = R(p, k₁) ∪ ⋃ R(q, ½k₁) over the q of R(p, k₁) with |R(p, k₁) ∩ R(q, ½k₁)| ≥ ⅔ |R(q, ½k₁)|. `halves[q]` is R(q, ½k₁).
 * Zhong et al., arXiv:1701.08398, eq. 5.
 */
export function expandedSet(core: Int32Array, halves: readonly Int32Array[]): ReadonlySet<number> {
  const own = new Set(core)
  const all = new Set(core)
  for (const member of core) {
    const half = halves[member]!
    const shared = half.reduce((count, photo) => count + (own.has(photo) ? 1 : 0), 0)
    if (3 * shared >= 2 * half.length) for (const photo of half) all.add(photo)
  }
  return all
}

/** ½k, halves rounded up: the neighbourhood of a neighbour. */
export function halfOf(k: number): number {
  return Math.ceil(k / 2)
}

function firstOf({ photos }: Nearest, k: number): Int32Array {
  return photos.length <= k ? photos : photos.subarray(0, k)
}
