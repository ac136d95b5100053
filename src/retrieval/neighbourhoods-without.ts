import { cosinesFrom, listLength, type Neighbourhoods, type NeighbourhoodsOf, weighted } from './neighbourhoods.ts'
import { type Nearest, withoutPhotos } from './neighbours.ts'
import { halfOf, joins, reciprocalSet } from './reciprocal.ts'
import type { RerankSettings } from './rerank-settings.ts'
import { byColumn, type SparseRow, sumOf } from './sparse-rows.ts'

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
 * and its own vector on its farthest photo. The lists of `surroundings` have as many photos to spare as are taken out at most.
 * What a call gives back is good until the next one.
 */
export function takingOut(
  whole: Neighbourhoods,
  { surroundings, cosineOf, making }: NeighbourhoodsOf,
  { k1, k2 }: RerankSettings,
): (leftOut: ReadonlySet<number>) => NeighbourhoodsWithout {
  const { nearest, farthest } = surroundings
  const length = listLength({ k1, k2 })
  const listing = holders(whole.lists, length)
  const averaging = holders(whole.lists, k2 - 1)
  const measuring = holders(farthest, 1)

  const lists = new Patched(whole.lists)
  const cores = new Patched(whole.cores)
  const halves = new Patched(whole.halves)
  const own = new Patched(whole.own)
  const rows = new Patched(whole.rows)
  const sums = new Patched(Array.from(whole.sums))

  return (out) => {
    const listed = gathered(out, listing, out)
    lists.renew(listed, (i) => withoutPhotos(nearest[i]!, out, length))

    const renewSets = (sets: Patched<Int32Array>, k: number) => {
      const suspects = new Set(listed)
      for (const i of listed) for (const photo of newcomers(whole.lists[i]!, lists.all[i]!, k, out)) suspects.add(photo)
      sets.renew(suspects, (i, before) => {
        const set = reciprocalSet(lists.all, i, k)
        return sameNumbers(set, before) ? before : set
      })
    }
    renewSets(cores, k1)
    renewSets(halves, halfOf(k1))

    const measured = gathered(out, measuring, out)
    const counted = (j: number, core: Int32Array) => joins(whole.halves[j]!, core) || joins(halves.all[j]!, core)
    const widened = gathered(halves.changed, (j) => cores.all[j]!.filter((i) => counted(j, cores.all[i]!)), out)
    own.renew(new Set([...cores.changed, ...widened, ...measured]), (i, before) => {
      const members = making.expanded(cores.all[i]!, halves.all, before.columns)
      if (members === before.columns && !measured.has(i)) return before
      const farthestCosine = withoutPhotos(farthest[i]!, out, 1).cosines[0] ?? 1
      return weighted(members, cosinesFrom(i, lists.all[i]!, cosineOf), farthestCosine)
    })

    const averaged = [...own.changed, ...gathered(own.changed, averaging, out), ...gathered(out, averaging, out)]
    rows.renew(new Set(averaged), (i, before) => making.localMean(own.all[i]!, lists.all[i]!, own.all, before))
    sums.renew(rows.changed, (i) => sumOf(rows.all[i]!))
    return {
      lists: lists.all,
      cores: cores.all,
      halves: halves.all,
      own: own.all,
      rows: rows.all,
      sums: sums.all,
      changed: rows.changed,
    }
  }
}

/** Of each photo, who has it among the first k of its list. */
function holders(lists: readonly Nearest[], k: number): (photo: number) => Int32Array {
  const firsts = lists.map(({ photos }): SparseRow => {
    const columns = photos.subarray(0, k)
    return { columns, values: new Float64Array(columns.length) }
  })
  const { starts, rows } = byColumn(firsts, firsts.length)
  return (photo) => rows.subarray(starts[photo]!, starts[photo + 1]!)
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

/** Who stands among the first k of a list only because others were taken out of it. */
function newcomers(before: Nearest, now: Nearest, k: number, leftOut: ReadonlySet<number>): Int32Array {
  let stayed = 0
  for (const photo of before.photos.subarray(0, k)) if (!leftOut.has(photo)) stayed++
  return now.photos.subarray(stayed, k)
}

/** A copy of a list of which some items are made anew, and go back to what they were when others are. */
class Patched<T> {
  readonly #whole: readonly T[]
  readonly all: T[]
  changed: number[] = []

  constructor(whole: readonly T[]) {
    this.#whole = whole
    this.all = whole.slice()
  }

  /** `make` gives back `before`, the item of the whole, where nothing changes. */
  renew(photos: Iterable<number>, make: (photo: number, before: T) => T): void {
    for (const photo of this.changed) this.all[photo] = this.#whole[photo]!
    this.changed = []
    for (const photo of photos) {
      const [before, now] = [this.#whole[photo]!, make(photo, this.#whole[photo]!)]
      if (now === before) continue
      this.all[photo] = now
      this.changed.push(photo)
    }
  }
}

function sameNumbers(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
