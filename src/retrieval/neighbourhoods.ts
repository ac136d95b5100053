import { firstOf, type Nearest, type Surroundings } from './neighbours.ts'
import { type Expand, expanding, halfOf, reciprocalSet, reciprocalSetOfQuery } from './reciprocal.ts'
import type { RerankSettings } from './rerank-settings.ts'
import { averaging, type SparseRow, sumOf } from './sparse-rows.ts'

/**
 * A gallery's photos as sparse vectors over its own photos, V of the paper: photo i has exp(−d(i, j)) at j ∈ R*(i, k₁), then the mean
 * over itself and its k₂ − 1 nearest others (eq. 7 and 11).
 */
export interface Neighbourhoods {
  readonly lists: readonly Nearest[]
  /** R(i, k₁). */
  readonly cores: readonly Int32Array[]
  /** R(i, ½k₁). */
  readonly halves: readonly Int32Array[]
  /** Before the mean over neighbours. */
  readonly own: readonly SparseRow[]
  readonly rows: readonly SparseRow[]
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

/** The steps that lead from a photo's neighbours to its vector, in memory that is used again for each photo. */
export interface VectorMaking {
  readonly expanded: Expand
  /** Local query expansion: the mean of a vector and of those of its photo's k₂ − 1 nearest others. */
  readonly localMean: (vector: SparseRow, list: Nearest, own: readonly SparseRow[], before?: SparseRow) => SparseRow
}

export function vectorMaking(photos: number, { k2 }: Pick<RerankSettings, 'k2'>): VectorMaking {
  const mean = averaging(photos)
  return {
    expanded: expanding(photos),
    localMean: (vector, list, own, before) =>
      k2 === 1 ? vector : mean(vector, own, list.photos.subarray(0, k2 - 1), before),
  }
}

/** The sparse vectors of a gallery. */
export function neighbourhoods(of: NeighbourhoodsOf, { k1, k2 }: RerankSettings): Neighbourhoods {
  const { surroundings, cosineOf, making } = of
  const lists = surroundings.nearest.map((list) => firstOf(list, listLength({ k1, k2 })))
  const cores = lists.map((_, i) => reciprocalSet(lists, i, k1))
  const halves = lists.map((_, i) => reciprocalSet(lists, i, halfOf(k1)))
  const own = lists.map((list, i) => {
    const members = making.expanded(cores[i]!, halves)
    return weighted(members, cosinesFrom(i, list, cosineOf), surroundings.farthest[i]!.cosines[0] ?? 1)
  })
  const rows = lists.map((list, i) => making.localMean(own[i]!, list, own))
  return { lists, cores, halves, own, rows, sums: Float64Array.from(rows, sumOf) }
}

/** The sparse vector of a query over the gallery's photos; the gallery's own vectors do not know of it. */
export function neighbourhoodOfQuery(
  { list, cosineOf, farthestCosine }: QueryView,
  { lists, halves, own }: Pick<Neighbourhoods, 'lists' | 'halves' | 'own'>,
  { k1 }: RerankSettings,
  making: VectorMaking,
): SparseRow {
  const members = making.expanded(reciprocalSetOfQuery(list, lists, k1), halves)
  return making.localMean(weighted(members, cosineOf, farthestCosine), list, own)
}

/** A photo's cosines with others, out of its list where they stand there. */
export function cosinesFrom(photo: number, list: Nearest, cosineOf: CosineOf): (other: number) => number {
  return (other) => {
    if (other === photo) return 1
    const at = list.photos.indexOf(other)
    return at < 0 ? cosineOf(photo, other) : list.cosines[at]!
  }
}

/** exp(−d) at each member, these rising. */
export function weighted(members: Int32Array, cosineOf: (photo: number) => number, farthestCosine: number): SparseRow {
  const values = new Float64Array(members.length)
  for (let i = 0; i < members.length; i++) values[i] = Math.exp(-scaledDistance(cosineOf(members[i]!), farthestCosine))
  return { columns: members, values }
}

/**
 * d(i, j) = ‖eᵢ − eⱼ‖² / max over all j of the same = (1 − cos) / (1 − the smallest cos), in [0, 1]: the scale of the authors' code,
 * for which k₁, k₂ and λ were chosen. The paper names none. 0 where all photos are alike.
 */
export function scaledDistance(cosine: number, farthestCosine: number): number {
  if (farthestCosine >= 1 || cosine >= 1) return 0
  return cosine <= farthestCosine ? 1 : (1 - cosine) / (1 - farthestCosine)
}
