import { firstOf, type Nearest, type Surroundings } from './neighbours.ts'
import { type Expand, expanding, halfOf, reciprocalSet, reciprocalSetOfQuery } from './reciprocal.ts'
import type { RerankSettings } from './rerank-settings.ts'
import { averaging, type NewRow, type SparseRow, SparseRows } from './sparse-rows.ts'

/**
 * A gallery's photos as sparse vectors over its own photos, V of the paper: photo i has exp(−d(i, j)) at j ∈ R*(i, k₁), then the mean
 * over itself and its k₂ − 1 nearest others (eq. 7 and 11).
 */
export interface Neighbourhoods {
  /** The nearest others first, with their cosines. */
  readonly lists: SparseRows
  /** R(i, k₁). */
  readonly cores: SparseRows
  /** R(i, ½k₁). */
  readonly halves: SparseRows
  /** Before the mean over neighbours. */
  readonly own: SparseRows
  readonly rows: SparseRows
  readonly sums: ArrayLike<number>
}

/** What decides the neighbourhoods of a gallery. */
export interface NeighbourhoodsOf {
  readonly surroundings: Surroundings
  /** Cosine of two photos of the gallery, exactly as rows of cosines have it. */
  readonly cosineOf: CosineOf
  readonly making: VectorMaking
}

type CosineOf = (photo: number, other: number) => number

/** A query's nearest gallery photos, and its cosine with any. */
export interface QueryView {
  readonly list: Nearest
  /** Exactly, for those that turn out to be its neighbours. */
  readonly cosineOf: (photo: number) => number
  readonly farthestCosine: number
}

/** Neighbours that a photo is asked for: for its set, and for its mean. */
export function listLength({ k1, k2 }: Pick<RerankSettings, 'k1' | 'k2'>): number {
  return Math.max(k1, k2 - 1)
}

/** The steps that lead from a photo's neighbours to its vector, in memory that is used again: what a step gives back is good until its next. */
export interface VectorMaking {
  readonly expanded: Expand
  readonly weighted: Weigh
  /** Local query expansion: the mean of a vector and of those of its photo's k₂ − 1 nearest others. `near`: much the same columns, rising. */
  readonly localMean: (vector: SparseRow, list: Int32Array, own: SparseRows, near?: Int32Array) => SparseRow
}

export function vectorMaking(photos: number, { k2 }: Pick<RerankSettings, 'k2'>): VectorMaking {
  const mean = averaging(photos)
  return {
    expanded: expanding(photos),
    weighted: weighing(photos),
    localMean: (vector, list, own, near) => (k2 === 1 ? vector : mean(vector, own, list.subarray(0, k2 - 1), near)),
  }
}

/** The sparse vectors of a gallery. */
export function neighbourhoods(of: NeighbourhoodsOf, { k1, k2 }: RerankSettings): Neighbourhoods {
  const { surroundings, cosineOf, making } = of
  const photos = surroundings.nearest.length
  const rowsOf = (make: (photo: number) => NewRow) => {
    const made = new SparseRows(photos)
    for (let photo = 0; photo < photos; photo++) made.put(photo, make(photo))
    return made
  }
  const lists = rowsOf((i) => listRow(firstOf(surroundings.nearest[i]!, listLength({ k1, k2 }))))
  const cores = rowsOf((i) => ({ columns: reciprocalSet(lists, i, k1) }))
  const halves = rowsOf((i) => ({ columns: reciprocalSet(lists, i, halfOf(k1)) }))
  const own = rowsOf((i) => {
    const farthestCosine = surroundings.farthest[i]!.cosines[0] ?? 1
    return making.weighted(making.expanded(cores.first(i), halves), cosinesFrom(i, lists, cosineOf), farthestCosine)
  })
  const rows = rowsOf((i) => making.localMean(own.row(i), lists.first(i), own))
  return { lists, cores, halves, own, rows, sums: Float64Array.from({ length: photos }, (_, i) => rows.sum(i)) }
}

/** A list as a row of lists. */
export function listRow({ photos, cosines }: Nearest): NewRow {
  return { columns: photos, values: cosines }
}

/** The sparse vector of a query over the gallery's photos; the gallery's own vectors do not know of it. */
export function neighbourhoodOfQuery(
  { list, cosineOf, farthestCosine }: QueryView,
  { lists, halves, own }: Pick<Neighbourhoods, 'lists' | 'halves' | 'own'>,
  { k1 }: RerankSettings,
  making: VectorMaking,
): SparseRow {
  const members = making.expanded(reciprocalSetOfQuery(list, lists, k1), halves)
  return making.localMean(making.weighted(members, cosineOf, farthestCosine), list.photos, own)
}

/** A photo's cosines with others, out of its list where they stand there. */
export function cosinesFrom(photo: number, lists: SparseRows, cosineOf: CosineOf): (other: number) => number {
  return (other) => {
    if (other === photo) return 1
    for (let e = lists.starts[photo]!; e < lists.ends[photo]!; e++)
      if (lists.columns[e] === other) return lists.values[e]!
    return cosineOf(photo, other)
  }
}

/** exp(−d) at each member, these rising. `known` has some of the values already. */
export type Weigh = (
  members: Int32Array,
  cosineOf: (photo: number) => number,
  farthestCosine: number,
  known?: SparseRow,
) => SparseRow

function weighing(photos: number): Weigh {
  const values = new Float64Array(photos)
  return (members, cosineOf, farthestCosine, known) => {
    for (let i = 0, at = 0; i < members.length; i++) {
      const member = members[i]!
      while (known !== undefined && known.columns[at]! < member) at++
      values[i] =
        known?.columns[at] === member ? known.values[at]! : Math.exp(-scaledDistance(cosineOf(member), farthestCosine))
    }
    return { columns: members, values: values.subarray(0, members.length) }
  }
}

/**
 * d(i, j) = ‖eᵢ − eⱼ‖² / max over all j of the same = (1 − cos) / (1 − the smallest cos), in [0, 1]: the scale of the authors' code,
 * for which k₁, k₂ and λ were chosen. The paper names none. 0 where all photos are alike.
 */
export function scaledDistance(cosine: number, farthestCosine: number): number {
  if (farthestCosine >= 1 || cosine >= 1) return 0
  return cosine <= farthestCosine ? 1 : (1 - cosine) / (1 - farthestCosine)
}
