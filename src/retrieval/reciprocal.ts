import { IndexSet } from './index-set.ts'
import type { Nearest } from './neighbours.ts'
import type { SparseRows } from './sparse-rows.ts'

/** R(i, k) of a photo i: itself, and those of its k nearest others that have it among their own k nearest others. */
export function reciprocalSet(lists: SparseRows, photo: number, k: number): number[] {
  const mutual = [photo]
  for (const other of lists.first(photo, k)) if (lists.holds(other, photo, k)) mutual.push(other)
  return mutual
}

/**
 * R(p, k) of a query p that is in nobody's list: those of its k nearest gallery photos that it would be among the k nearest of. A photo
 * that is as near as the k-th keeps its place.
 */
export function reciprocalSetOfQuery({ photos, cosines }: Nearest, lists: SparseRows, k: number): Int32Array {
  return photos.subarray(0, k).filter((photo, at) => {
    const last = lists.starts[photo]! + k - 1
    return last >= lists.ends[photo]! || cosines[at]! > lists.values[last]!
  })
}

/** R*(p, k₁) out of R(p, k₁) and all R(q, ½k₁), rising. Where it is `before`, that one is given back. */
export type Expand = (core: Int32Array, halves: SparseRows, before?: Int32Array) => Int32Array

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
    const { starts, ends, columns } = halves
    for (const member of core) {
      const [start, end] = [starts[member]!, ends[member]!]
      let shared = 0
      for (let e = start; e < end; e++) if (own.has(columns[e]!)) shared++
      if (mostlyShared(shared, end - start)) for (let e = start; e < end; e++) all.add(columns[e]!)
    }
    return all.rising(before)
  }
}

/** Whether R(q, ½k₁) joins R(p, k₁), two thirds of it being there already. */
export function joins(halves: SparseRows, q: number, cores: SparseRows, p: number): boolean {
  const [start, end] = [halves.starts[q]!, halves.ends[q]!]
  let shared = 0
  for (let e = start; e < end; e++) if (cores.holds(p, halves.columns[e]!)) shared++
  return mostlyShared(shared, end - start)
}

function mostlyShared(shared: number, of: number): boolean {
  return 3 * shared >= 2 * of
}

/** ½k, halves rounded up: the neighbourhood of a neighbour. */
export function halfOf(k: number): number {
  return Math.ceil(k / 2)
}
