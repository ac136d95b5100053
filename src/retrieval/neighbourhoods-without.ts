import type { Embeddings } from './embeddings.ts'
import { cosinesFrom, listLength, listRow, type Neighbourhoods, type NeighbourhoodsOf } from './neighbourhoods.ts'
import { type Nearest, remainders } from './neighbours.ts'
import { halfOf, joins, reciprocalSet } from './reciprocal.ts'
import type { RerankSettings } from './rerank-settings.ts'
import { byColumn, type NewRow, SparseRows } from './sparse-rows.ts'

/** Neighbourhoods after photos were taken out of a gallery. What they hold of these photos themselves means nothing; no other photo names one. */
export interface NeighbourhoodsWithout extends Neighbourhoods {
  /** Photos whose row may differ from that of the whole gallery. */
  readonly changed: readonly number[]
}

/**
 * A function that takes photos out of a gallery: its neighbourhoods as if they had never been there, to the last bit. Only what hangs on a
 * list with such a photo is made anew. Photo i hangs on that list
 *
 *     of photo a                       by
 *     i = a                            its list, and so its sets and its mean
 *     that i has newly entered         R(i, k), if i has a in its own list: a set is mutual
 *     in R(j, ½k₁), j ∈ R(i, k₁)       R*(i, k₁), so its own vector; j ∈ R(i, k₁) just when i ∈ R(j, k₁)
 *     with j among its k₂ − 1 nearest  the mean of own vectors, j's among them
 *
 * and its own vector on its farthest photo. The more photos the lists of `surroundings` have to spare, the fewer are made anew.
 * What a call gives back is good until the next one.
 */
export function takingOut(
  gallery: Embeddings,
  whole: Neighbourhoods,
  { surroundings, cosineOf, making }: NeighbourhoodsOf,
  { k1, k2 }: RerankSettings,
): (leftOut: ReadonlySet<number>) => NeighbourhoodsWithout {
  const { farthest } = surroundings
  const length = listLength({ k1, k2 })
  const listing = holders(whole.lists, length)
  const averaging = holders(whole.lists, k2 - 1)
  const measuring = farthestOf(farthest)
  const remaining = remainders(gallery, surroundings, length)

  const lists = new Patched(whole.lists)
  const cores = new Patched(whole.cores)
  const halves = new Patched(whole.halves)
  const own = new Patched(whole.own)
  const rows = new Patched(whole.rows)
  const sums = Float64Array.from(whole.sums)

  return (out) => {
    const listed = gathered(out, listing, out)
    const measured = gathered(out, measuring, out)
    const left = remaining(new Set([...listed, ...measured]), out)
    lists.renew(listed, (i) => listRow(left.get(i)!.nearest))

    const renewSets = (sets: Patched, k: number) => {
      const suspects = new Set<number>()
      for (const i of listed) {
        const before = whole.lists.first(i, k)
        const stayed = countStaying(before, out)
        if (stayed === before.length) continue
        suspects.add(i)
        for (const photo of lists.all.first(i, k).subarray(stayed)) // who has entered
          if (lists.all.holds(photo, i, k)) suspects.add(photo)
      }
      sets.renew(suspects, (i, whole) => {
        const columns = reciprocalSet(lists.all, i, k)
        return sameNumbers(columns, whole.first(i)) ? undefined : { columns }
      })
    }
    renewSets(cores, k1)
    renewSets(halves, halfOf(k1))

    const suspects = new Set([...cores.changed, ...measured])
    for (const j of halves.changed)
      for (const i of cores.all.first(j))
        if (joins(whole.halves, j, cores.all, i) || joins(halves.all, j, cores.all, i)) suspects.add(i)
    own.renew(suspects, (i) => {
      const before = whole.own.row(i)
      const members = making.expanded(cores.all.first(i), halves.all, before.columns)
      if (members === before.columns && !measured.has(i)) return undefined
      const farthestCosine = (left.get(i)?.farthest ?? farthest[i]!).cosines[0] ?? 1
      const known = measured.has(i) ? undefined : before
      return making.weighted(members, cosinesFrom(i, lists.all, cosineOf), farthestCosine, known)
    })

    for (const i of rows.changed) sums[i] = whole.sums[i]!
    const averaged = [...own.changed, ...gathered(own.changed, averaging, out), ...gathered(out, averaging, out)]
    rows.renew(new Set(averaged), (i) =>
      making.localMean(own.all.row(i), lists.all.first(i), own.all, whole.rows.first(i)),
    )
    for (const i of rows.changed) sums[i] = rows.all.sum(i)
    const { changed } = rows
    return { lists: lists.all, cores: cores.all, halves: halves.all, own: own.all, rows: rows.all, sums, changed }
  }
}

/** Of each photo, who has it among the first k of its list. */
function holders(lists: SparseRows, k: number): (photo: number) => Int32Array {
  const firsts = new SparseRows(lists.starts.length)
  for (const i of lists.starts.keys()) firsts.put(i, { columns: lists.first(i, k) })
  const { starts, rows } = byColumn(firsts)
  return (photo) => rows.subarray(starts[photo]!, starts[photo + 1]!)
}

/** Of each photo, whose farthest it is. */
function farthestOf(farthest: readonly Nearest[]): (photo: number) => Int32Array {
  const rows = new SparseRows(farthest.length)
  farthest.forEach((list, i) => {
    rows.put(i, listRow(list))
  })
  return holders(rows, 1)
}

/** What some photos lead to, without what is left out. */
function gathered(
  photos: Iterable<number>,
  leadsTo: (photo: number) => Int32Array,
  leftOut: ReadonlySet<number>,
): ReadonlySet<number> {
  const found = new Set<number>()
  for (const photo of photos) for (const other of leadsTo(photo)) if (!leftOut.has(other)) found.add(other)
  return found
}

function countStaying(photos: Int32Array, leftOut: ReadonlySet<number>): number {
  let staying = 0
  for (const photo of photos) if (!leftOut.has(photo)) staying++
  return staying
}

/** A copy of rows of which some are made anew, and go back to what they were when others are. */
class Patched {
  readonly #whole: SparseRows
  readonly all: SparseRows
  changed: number[] = []

  constructor(whole: SparseRows) {
    this.#whole = whole
    this.all = whole.copy()
  }

  /** `make` is given the whole, and gives back nothing where a row stays. */
  renew(photos: Iterable<number>, make: (photo: number, whole: SparseRows) => NewRow | undefined): void {
    this.all.backTo(this.#whole, this.changed)
    this.changed = []
    for (const photo of photos) {
      const now = make(photo, this.#whole)
      if (now === undefined) continue
      this.all.put(photo, now)
      this.changed.push(photo)
    }
  }
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
