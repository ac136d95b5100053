import { check } from '../base/index.ts'
import { type Embeddings, pickRows } from './embeddings.ts'
import { forEachSimilarityRow } from './fusion.ts'
import { groupsByLeftOut, type LeftOut } from './left-out.ts'
import { augmentDatabase, type DatabaseAugmentation, expandQueries, type QueryExpansion } from './query-expansion.ts'
import { forEachRerankedQueryRow, forEachRerankedRow, type VisitRow } from './rerank.ts'
import type { RerankSettings } from './rerank-settings.ts'
import { forEachCosineRow } from './similarity.ts'

/** What is done with embeddings before and after they are ranked, in this order; what is absent is not done. */
export interface PostProcessing {
  readonly databaseAugmentation?: DatabaseAugmentation | undefined
  readonly queryExpansion?: QueryExpansion | undefined
  readonly rerank?: RerankSettings | undefined
}

/** Queries, the gallery that they are held against, and what is done about it. One and the same object twice: a set against itself. */
export interface Matching {
  readonly queries: Embeddings
  readonly gallery: Embeddings
  readonly postProcessing?: PostProcessing | undefined
  /** Gallery photos that a query may not meet. */
  readonly leftOut?: LeftOut | undefined
}

/** True where nothing is done: similarities are plain cosines. */
export function isPlain({ databaseAugmentation, queryExpansion, rerank }: PostProcessing = {}): boolean {
  return databaseAugmentation === undefined && queryExpansion === undefined && rerank === undefined
}

/**
 * Calls `visit` with each query's similarities to the gallery, which are reused: cosines, in [−1, 1], or after re-ranking
 * 1 − distance, in [0, 1]. Queries may come in any order.
 *
 * What is left out for a query takes no part at all: it neither joins the query, nor a photo of the gallery, nor stands in a
 * neighbourhood; its similarity means nothing. A photo of a set for which others of the set are left out is therefore a query against
 * what remains; one for which only itself is left out stands in the set as all others do.
 * @throws InputError for settings that mean nothing and embeddings that are not finite.
 */
export function forEachProcessedRow(matching: Matching, visit: VisitRow): void {
  const { queries, gallery, postProcessing = {}, leftOut = () => [] } = matching
  if (isPlain(postProcessing)) return forEachSimilarityRow(queries, gallery, visit)
  check(
    queries.fusion === undefined && gallery.fusion === undefined,
    'post-processing: expected embeddings with one cosine, got an ensemble that fuses ranks',
    '`fusion: "similarities"` makes an ensemble that can be re-ranked',
  )
  if (queries !== gallery) return againstGallery(queries, gallery, postProcessing, leftOut, visit)
  const [alone, others] = [[] as number[], [] as number[]]
  for (let photo = 0; photo < queries.count; photo++)
    (leftOut(photo).some((other) => other !== photo) ? others : alone).push(photo)
  if (alone.length > 0) {
    const wanted = new Set(alone)
    againstItself(queries, postProcessing, (photo, row) => {
      if (wanted.has(photo)) visit(photo, row)
    })
  }
  if (others.length === 0) return
  const outOf: LeftOut = (i) => {
    const out = leftOut(others[i]!)
    return out.includes(others[i]!) ? out : [...out, others[i]!]
  }
  againstGallery(pickRows(queries, others), gallery, postProcessing, outOf, (i, row) => visit(others[i]!, row))
}

function againstItself(photos: Embeddings, tricks: PostProcessing, visit: VisitRow): void {
  const { databaseAugmentation, queryExpansion, rerank } = tricks
  const gallery = databaseAugmentation === undefined ? photos : augmentDatabase(photos, databaseAugmentation)
  const queries =
    queryExpansion === undefined
      ? gallery
      : expandQueries(gallery, gallery, { ...queryExpansion, leftOut: (photo) => [photo] })
  if (rerank === undefined) forEachCosineRow(queries, gallery, visit)
  else forEachRerankedRow(queries, rerank, visit) // a set has one vector a photo: the expanded one
}

function againstGallery(
  queries: Embeddings,
  gallery: Embeddings,
  { databaseAugmentation, ...rest }: PostProcessing,
  leftOut: LeftOut,
  visit: VisitRow,
): void {
  if (databaseAugmentation === undefined) return againstFinal(queries, gallery, rest, leftOut, visit)
  for (const { rows, leftOut: outOf } of groupsByLeftOut(queries.count, leftOut)) {
    const own = [...outOf()]
    const augmented = augmentDatabase(gallery, { ...databaseAugmentation, leftOut: () => own })
    againstFinal(
      pickRows(queries, rows),
      augmented,
      rest,
      () => own,
      (i, row) => visit(rows[i]!, row),
    )
  }
}

/** Against a gallery that was augmented, or need not be. */
function againstFinal(
  queries: Embeddings,
  gallery: Embeddings,
  { queryExpansion, rerank }: PostProcessing,
  leftOut: LeftOut,
  visit: VisitRow,
): void {
  const expanded =
    queryExpansion === undefined ? queries : expandQueries(queries, gallery, { ...queryExpansion, leftOut })
  if (rerank === undefined) forEachCosineRow(expanded, gallery, visit)
  else forEachRerankedQueryRow(expanded, gallery, { ...rerank, leftOut }, visit)
}
