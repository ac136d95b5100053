import { IndexSet } from './index-set.ts'
import type { Nearest } from './neighbours.ts'

/** R(i, k) of a photo i: itself, and those of its k nearest others that have it among their own k nearest others. */
export function reciprocalSet(lists: readonly Nearest[], photo: number, k: number): Int32Array {
  const { photos } = lists[photo]!
  const mutual = new Int32Array(1 + Math.min(k, photos.length))
  let held = 0
  mutual[held++] = photo
  for (let at = 0; at < k && at < photos.length; at++)
    if (standsAmong(lists[photos[at]!]!, photo, k)) mutual[held++] = photos[at]!
  return mutual.slice(0, held)
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

/** R*(p, k₁) out of R(p, k₁) and all R(q, ½k₁), rising. Where it is `before`, that one is given back. */
export type Expand = (core: Int32Array, halves: readonly Int32Array[], before?: Int32Array) => Int32Array

/**
 * R*(p, k₁) = R(p, k₁) ∪ ⋃ R(q, ½k₁) over the q of R(p, k₁) with |R(p, k₁) ∩ R(q, ½k₁)| ≥ ⅔ |R(q, ½k₁)|, for a gallery of so many photos.
 * Zhong et al., arXiv:1701.08398, eq. 5.
 */
export function expanding(photos: number): Expand {
  const [own, all] = [new IndexSet(photos), new IndexSet(photos)]
  return (core, halves, before) => {
    own.clear()
    all.clear()
    for (const member of core) {
      own.add(member)
      all.add(member)
    }
    for (const member of core) {
      const half = halves[member]!
      let shared = 0
      for (const photo of half) if (own.has(photo)) shared++
      if (3 * shared >= 2 * half.length) for (const photo of half) all.add(photo)
    }
    return all.rising(before)
  }
}

/** |R(p, k₁) ∩ R(q, ½k₁)| ≥ ⅔ |R(q, ½k₁)|: q's neighbours are p's. */
export function joins(half: Int32Array, core: Int32Array): boolean {
  let shared = 0
  for (const photo of half) if (core.includes(photo)) shared++
  return 3 * shared >= 2 * half.length
}

/** ½k, halves rounded up: the neighbourhood of a neighbour. */
export function halfOf(k: number): number {
  return Math.ceil(k / 2)
}

function standsAmong({ photos }: Nearest, photo: number, k: number): boolean {
  for (let at = 0; at < k && at < photos.length; at++) if (photos[at] === photo) return true
  return false
}
