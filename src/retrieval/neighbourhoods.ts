import { type Nearest, type Surroundings, withoutPhotos } from './neighbours.ts'
import { expandedSet, halfOf, reciprocalSet, reciprocalSetOfQuery } from './reciprocal.ts'
import type { RerankSettings } from './rerank-settings.ts'
import { type ByColumn, byColumn, meanRow, type SparseRow, sparseRow, sumOf } from './sparse-rows.ts'

/**
 * A gallery's photos as sparse vectors over its own photos, V of the paper: photo i has exp(−d(i, j)) at j ∈ R*(i, k₁), then the mean
 * over itself and its k₂ − 1 nearest others (eq. 7 and 11). Photos that are left out have an empty vector and stand in none.
 */
export interface Neighbourhoods {
  readonly lists: readonly Nearest[]
  /** R(i, ½k₁). */
  readonly halves: readonly Int32Array[]
  /** Before the mean over neighbours. */
  readonly own: readonly SparseRow[]
  readonly rows: readonly SparseRow[]
  readonly sums: Float64Array
  readonly columns: ByColumn
}

/** What decides the neighbourhoods of a gallery. */
export interface NeighbourhoodsOf {
  readonly surroundings: Surroundings
  readonly leftOut: ReadonlySet<number>
  /** Cosine of two photos of the gallery, exactly as rows of cosines have it. */
  readonly cosineOf: (a: number, b: number) => number
}

/** A query's nearest gallery photos, and its cosine with any. */
export interface QueryView {
  readonly list: Nearest
  /** Exactly, for those that turn out to be its neighbours. */
  readonly cosineOf: (photo: number) => number
  readonly farthestCosine: number
}

const nothing: SparseRow = { columns: new Int32Array(0), values: new Float64Array(0) }
const nobody: Nearest = { photos: new Int32Array(0), cosines: new Float32Array(0) }

/** Neighbours that a photo is asked for: for its set, and for its mean. */
export function listLength({ k1, k2 }: Pick<RerankSettings, 'k1' | 'k2'>): number {
  return Math.max(k1, k2 - 1)
}

/** The sparse vectors of a gallery, as if the photos that are left out were not in it. */
export function neighbourhoods(of: NeighbourhoodsOf, settings: RerankSettings): Neighbourhoods {
  const { leftOut, surroundings } = of
  const { k1, k2 } = settings
  const length = listLength(settings)
  const lists = surroundings.nearest.map((list, i) => (leftOut.has(i) ? nobody : withoutPhotos(list, leftOut, length)))
  const halves = lists.map((_, i) => reciprocalSet(lists, i, halfOf(k1)))
  const own = lists.map((list, i) => {
    if (leftOut.has(i)) return nothing
    const cosines = new Map(Array.from(list.photos, (photo, at) => [photo, list.cosines[at]!]))
    const cosineOf = (photo: number) => (photo === i ? 1 : (cosines.get(photo) ?? of.cosineOf(i, photo)))
    const farthest = withoutPhotos(surroundings.farthest[i]!, leftOut, 1).cosines[0]
    return weighted(expandedSet(reciprocalSet(lists, i, k1), halves), cosineOf, farthest ?? 1)
  })
  const rows = lists.map((list, i) => (leftOut.has(i) ? nothing : localMean(own[i]!, list, own, k2)))
  return { lists, halves, own, rows, sums: Float64Array.from(rows, sumOf), columns: byColumn(rows, rows.length) }
}

/** The sparse vector of a query over the gallery's photos; the gallery's own vectors do not know of it. */
export function neighbourhoodOfQuery(
  { list, cosineOf, farthestCosine }: QueryView,
  { lists, halves, own }: Neighbourhoods,
  { k1, k2 }: RerankSettings,
): SparseRow {
  const set = expandedSet(reciprocalSetOfQuery(list, lists, k1), halves)
  return localMean(weighted(set, cosineOf, farthestCosine), list, own, k2)
}

/**
 * d(i, j) = ‖eᵢ − eⱼ‖² / max over all j of the same = (1 − cos) / (1 − the smallest cos), in [0, 1]: the scale of the authors' code,
 * for which k₁, k₂ and λ were chosen. The paper names none. 0 where all photos are alike.
 */
export function scaledDistance(cosine: number, farthestCosine: number): number {
  if (farthestCosine >= 1 || cosine >= 1) return 0
  return cosine <= farthestCosine ? 1 : (1 - cosine) / (1 - farthestCosine)
}

/** exp(−d) at each member. */
function weighted(
  members: ReadonlySet<number>,
  cosineOf: (photo: number) => number,
  farthestCosine: number,
): SparseRow {
  return sparseRow(
    new Map(Array.from(members, (photo) => [photo, Math.exp(-scaledDistance(cosineOf(photo), farthestCosine))])),
  )
}

/** Local query expansion: the mean of a vector and of those of its photo's k₂ − 1 nearest others. */
function localMean(vector: SparseRow, { photos }: Nearest, own: readonly SparseRow[], k2: number): SparseRow {
  return k2 === 1 ? vector : meanRow([vector, ...Array.from(photos.subarray(0, k2 - 1), (photo) => own[photo]!)])
}
