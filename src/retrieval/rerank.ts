import { type Embeddings, pickRows } from './embeddings.ts'
import { bySharedOut, groupsByLeftOut, type LeftOut, type QueryGroup } from './left-out.ts'
import { listLength, neighbourhoodOfQuery, neighbourhoods, scaledDistance, vectorMaking } from './neighbourhoods.ts'
import { type NeighbourhoodsWithout, takingOut } from './neighbourhoods-without.ts'
import { exactExtremes, surroundings } from './neighbours.ts'
import { checkRerank, type RerankSettings } from './rerank-settings.ts'
import { forEachRoundedCosineRow } from './rounded-cosines.ts'
import { cosineBetweenRows } from './similarity.ts'
import { type ByColumn, byColumn, type SparseRow } from './sparse-rows.ts'

/** Called with each query and its similarities to the gallery, which are reused: copy what is kept. */
export type VisitRow = (query: number, similarities: Float32Array) => void

/**
 * Each photo of a set against the set, re-ranked by k-reciprocal neighbours (Zhong et al., arXiv:1701.08398): similarity =
 * 1 − ((1 − λ) d_J + λ d), in [0, 1], d_J the Jaccard distance of the photos' neighbourhoods. Pairs that share nothing have d_J = 1.
 * Photos in order. In memory: the embeddings once more, the k₁ nearest of each photo and their sparse neighbourhoods, and some hundred rows of
 * cosines. Neighbours are the exact ones; d of the formula is made of cosines in float32, which lie within `productError` of the exact
 * ones, and then divided by the row's largest distance: where all photos of a row are nearly alike, d may be off by tenths, and with
 * λ = 1 the order is not that of the exact cosines.
 * @throws InputError for settings that mean nothing and embeddings that are not finite.
 */
export function forEachRerankedRow(photos: Embeddings, settings: RerankSettings, visit: VisitRow): void {
  checkRerank(settings)
  const of = {
    surroundings: surroundings(photos, listLength(settings), 1),
    cosineOf: cosineBetweenRows(photos),
    making: vectorMaking(photos.count, settings),
  }
  const known = neighbourhoods(of, settings)
  const mix = mixer(photos.count, settings.lambda)
  const nobodyLeftOut = { ...known, columns: byColumn(known.rows), changed: [] }
  forEachRoundedCosineRow(photos, photos, (photo, cosines) => {
    const farthest = of.surroundings.farthest[photo]!.cosines[0] ?? 1
    visit(photo, mix(known.rows.row(photo), cosines, farthest, nobodyLeftOut))
  })
}

/** Photos that lists hold beyond those that are asked for: so many may be left out before a list has to be made anew. */
const mostSpare = 64

/**
 * Each query by itself against a gallery, otherwise as forEachRerankedRow. The gallery's neighbourhoods are its own: no query stands in
 * them, so an answer does not depend on what else is asked. What `leftOut` names for a query is not in its gallery at all: neither in
 * the ranking (its similarity is 0) nor in anybody's neighbourhood. Queries of one gallery come together, not in order. Where a large
 * part of the gallery is left out for many queries, as the other flank is, these are answered by a gallery without it.
 */
export function forEachRerankedQueryRow(
  queries: Embeddings,
  gallery: Embeddings,
  { leftOut = () => [], ...settings }: RerankSettings & { readonly leftOut?: LeftOut | undefined },
  visit: VisitRow,
): void {
  checkRerank(settings)
  const { others, shared } = bySharedOut(groupsByLeftOut(queries.count, leftOut), gallery.count)
  if (others.length > 0) answerGroups({ queries, gallery, groups: others }, settings, visit)
  const similarities = new Float32Array(shared.length > 0 ? gallery.count : 0)
  for (const { common, groups } of shared) {
    const rows = groups.flatMap((group) => group.rows)
    const rest = Array.from({ length: gallery.count }, (_, photo) => photo).filter((photo) => !common.has(photo))
    const place = new Int32Array(gallery.count).fill(-1)
    for (let i = 0; i < rest.length; i++) place[rest[i]!] = i
    const stillOut: LeftOut = (i) => {
      const out: number[] = []
      for (const photo of leftOut(rows[i]!)) if (place[photo]! >= 0) out.push(place[photo]!)
      return out
    }
    const options = { ...settings, leftOut: stillOut }
    forEachRerankedQueryRow(pickRows(queries, rows), pickRows(gallery, rest), options, (i, row) => {
      similarities.fill(0)
      for (let g = 0; g < row.length; g++) similarities[rest[g]!] = row[g]!
      visit(rows[i]!, similarities)
    })
  }
}

/** Queries by what they leave out, and the gallery that they leave it out of. */
interface ToAnswer {
  readonly queries: Embeddings
  readonly gallery: Embeddings
  readonly groups: readonly QueryGroup[]
}

function answerGroups({ queries, gallery, groups }: ToAnswer, settings: RerankSettings, visit: VisitRow): void {
  const length = listLength(settings)
  const spare = Math.min(
    mostSpare,
    groups.reduce((most, { size }) => Math.max(most, size), 0),
  )
  const of = {
    surroundings: surroundings(gallery, length + spare, spare + 1),
    cosineOf: cosineBetweenRows(gallery),
    making: vectorMaking(gallery.count, settings),
  }
  const whole = neighbourhoods(of, settings)
  const takeOut = takingOut(gallery, whole, of, settings)
  const mix = mixer(gallery.count, settings.lambda)
  const columns = byColumn(whole.rows)
  const towards = cosineBetweenRows(queries, gallery)
  const exact = exactExtremes(queries, gallery)
  const answerer = ({ rows, leftOut }: QueryGroup) => {
    const out = leftOut()
    const skip = (photo: number) => out.has(photo)
    const known = takeOut(out)
    const manyChanged = rows.length * known.changed.length > 2 * gallery.count // looking each up would cost more
    const compared = manyChanged ? { ...known, columns: byColumn(known.rows), changed: [] } : { ...known, columns }
    return (query: number, cosines: Float32Array) => {
      const list = exact.nearest(query, cosines, length, skip)
      const farthestCosine = exact.farthest(query, cosines, 1, skip).cosines[0] ?? 1
      const view = { list, cosineOf: (photo: number) => towards(query, photo), farthestCosine }
      const vector = neighbourhoodOfQuery(view, known, settings, of.making)
      const similarities = mix(vector, cosines, farthestCosine, compared)
      for (const photo of out) similarities[photo] = 0
      visit(query, similarities)
    }
  }
  const inTurn = groups.flatMap((group) => group.rows.map((query, i) => ({ query, group, opens: i === 0 })))
  let answer = (_query: number, _cosines: Float32Array) => {}
  const ordered = pickRows(
    queries,
    inTurn.map(({ query }) => query),
  )
  forEachRoundedCosineRow(ordered, gallery, (i, cosines) => {
    const { query, group, opens } = inTurn[i]!
    if (opens) answer = answerer(group)
    answer(query, cosines)
  })
}

/** What a row is compared with: rows by their columns, but for those that changed. */
interface Compared extends Pick<NeighbourhoodsWithout, 'rows' | 'sums' | 'changed'> {
  readonly columns: ByColumn
}

/** A photo's sparse vector and cosines to its final similarities to a gallery or what is left of it, in one array that is reused. */
function mixer(length: number, lambda: number) {
  const shared = new Float64Array(length) // Σ min(V_p, V_g) over columns that both have
  const similarities = new Float32Array(length)
  const addShared = sharing(length)
  return (vector: SparseRow, cosines: Float32Array, farthestCosine: number, compared: Compared): Float32Array => {
    for (let g = 0; g < similarities.length; g++)
      similarities[g] = 1 - (1 - lambda + lambda * scaledDistance(cosines[g]!, farthestCosine)) // d_J = 1: nothing shared
    const found = addShared(vector, compared, shared)
    const sum = vector.values.reduce((all, value) => all + value, 0)
    for (const g of found) {
      const either = sum + compared.sums[g]! - shared[g]! // Σ max = Σ V_p + Σ V_g − Σ min
      const jaccard = 1 - shared[g]! / either
      similarities[g] = 1 - ((1 - lambda) * jaccard + lambda * scaledDistance(cosines[g]!, farthestCosine))
      shared[g] = 0
    }
    return similarities
  }
}

/** Adds what a vector shares with each row to zeros, by rising column, and says with which rows it shares anything. */
function sharing(photos: number) {
  const dense = new Float64Array(photos)
  return (
    vector: SparseRow,
    { columns: { starts, rows, values }, rows: now, changed }: Compared,
    shared: Float64Array,
  ): readonly number[] => {
    const found: number[] = []
    for (let i = 0; i < vector.columns.length; i++) {
      const [column, own] = [vector.columns[i]!, vector.values[i]!]
      dense[column] = own
      for (let e = starts[column]!, end = starts[column + 1]!; e < end; e++) {
        const g = rows[e]!
        const before = shared[g]!
        if (before === 0) found.push(g)
        shared[g] = before + Math.min(own, values[e]!)
      }
    }
    for (const g of changed) {
      if (shared[g] === 0) found.push(g)
      let sum = 0
      for (let e = now.starts[g]!, end = now.ends[g]!; e < end; e++)
        sum += Math.min(dense[now.columns[e]!]!, now.values[e]!)
      shared[g] = sum
    }
    for (const column of vector.columns) dense[column] = 0
    return found
  }
}
