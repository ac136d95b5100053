import { type Embeddings, pickRows } from './embeddings.ts'
import { groupsByLeftOut, type LeftOut, type QueryGroup } from './left-out.ts'
import {
  listLength,
  type Neighbourhoods,
  neighbourhoodOfQuery,
  neighbourhoods,
  scaledDistance,
  vectorMaking,
} from './neighbourhoods.ts'
import { type NeighbourhoodsWithout, takingOut } from './neighbourhoods-without.ts'
import { exactExtremes, surroundings, withoutPhotos } from './neighbours.ts'
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
 * cosines. Neighbours are the exact ones; d of the formula is in float32, within `productError` of the exact distance.
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
  const mix = mixer(known, settings.lambda)
  const nobodyLeftOut = { ...known, changed: [] }
  forEachRoundedCosineRow(photos, photos, (photo, cosines) => {
    const farthest = of.surroundings.farthest[photo]!.cosines[0] ?? 1
    visit(photo, mix(known.rows.row(photo), cosines, farthest, nobodyLeftOut))
  })
}

/**
 * Each query by itself against a gallery, otherwise as forEachRerankedRow. The gallery's neighbourhoods are its own: no query stands in
 * them, so an answer does not depend on what else is asked. What `leftOut` names for a query is not in its gallery at all: neither in
 * the ranking (its similarity is 0) nor in anybody's neighbourhood. Queries of one gallery come together, not in order.
 */
export function forEachRerankedQueryRow(
  queries: Embeddings,
  gallery: Embeddings,
  { leftOut, ...settings }: RerankSettings & { readonly leftOut?: LeftOut | undefined },
  visit: VisitRow,
): void {
  checkRerank(settings)
  const groups = groupsByLeftOut(queries.count, leftOut)
  const spare = Math.max(0, ...groups.map(({ leftOut: out }) => out.size))
  const of = {
    surroundings: surroundings(gallery, listLength(settings) + spare, spare + 1),
    cosineOf: cosineBetweenRows(gallery),
    making: vectorMaking(gallery.count, settings),
  }
  const whole = neighbourhoods(of, settings)
  const takeOut = takingOut(whole, of, settings)
  const mix = mixer(whole, settings.lambda)
  const towards = cosineBetweenRows(queries, gallery)
  const exact = exactExtremes(queries, gallery)
  const answerer = ({ leftOut: out }: QueryGroup) => {
    const known = takeOut(out)
    return (query: number, cosines: Float32Array) => {
      const nearest = exact.nearest(query, cosines, listLength(settings) + out.size)
      const list = withoutPhotos(nearest, out, listLength(settings))
      const farthestCosine = withoutPhotos(exact.farthest(query, cosines, out.size + 1), out, 1).cosines[0] ?? 1
      const view = { list, cosineOf: (photo: number) => towards(query, photo), farthestCosine }
      const similarities = mix(neighbourhoodOfQuery(view, known, settings, of.making), cosines, farthestCosine, known)
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

/** What a row is compared with. */
type Compared = Pick<NeighbourhoodsWithout, 'rows' | 'sums' | 'changed'>

/** A photo's sparse vector and cosines to its final similarities to a gallery or what is left of it, in one array that is reused. */
function mixer({ rows, sums: { length } }: Neighbourhoods, lambda: number) {
  const columns = byColumn(rows)
  const shared = new Float64Array(length) // Σ min(V_p, V_g) over columns that both have
  const similarities = new Float32Array(length)
  const addShared = sharing(length)
  return (vector: SparseRow, cosines: Float32Array, farthestCosine: number, compared: Compared): Float32Array => {
    for (let g = 0; g < similarities.length; g++)
      similarities[g] = 1 - (1 - lambda + lambda * scaledDistance(cosines[g]!, farthestCosine)) // d_J = 1: nothing shared
    const found = addShared(vector, columns, compared, shared)
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
    { starts, rows, values }: ByColumn,
    { rows: now, changed }: Compared,
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
