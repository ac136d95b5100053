import { check } from '../base/index.ts'
import { scoreRanking } from './average-precision.ts'
import type { Embeddings } from './embeddings.ts'
import { checkLabels } from './labels.ts'
import { type QueryScore, type RetrievalMetrics, summarise } from './metrics.ts'
import { rank } from './rank.ts'
import { forEachCosineRow } from './similarity.ts'

/** Photos with what is known of them. Encounters (sightings, bursts) are names; an empty one is unknown and equals none. */
export interface LabelledEmbeddings {
  readonly embeddings: Embeddings
  readonly identities: readonly string[] | Int32Array
  readonly encounters?: readonly string[] | undefined
}

export interface RetrievalOptions {
  /** Leave out of a query's gallery the photos with its identity and its encounter: neither positives nor negatives. */
  readonly excludeSame?: 'encounter' | undefined
}

/**
 * Each photo a query against all others, itself left out, ranked by cosine (float32; ties by gallery index).
 * Queries without a positive are skipped and counted. Similarities are held for 256 queries at a time.
 * @throws InputError for embeddings that are not finite (naming the row), labels that do not fit, or when nothing can be scored.
 */
export function evaluateRetrieval(options: LabelledEmbeddings & RetrievalOptions): RetrievalMetrics {
  const photos = labelled(options, options.excludeSame, 'photos')
  return evaluate(photos, photos, options.excludeSame === 'encounter', true)
}

/**
 * Each query against the whole gallery; otherwise as evaluateRetrieval. Nothing is left out as "itself": the two sets are
 * different photos, or `excludeSame` says what to leave out.
 */
export function evaluateQueriesAgainstGallery(
  queries: LabelledEmbeddings,
  gallery: LabelledEmbeddings,
  options: RetrievalOptions = {},
): RetrievalMetrics {
  const { excludeSame } = options
  const q = labelled(queries, excludeSame, 'queries')
  return evaluate(q, labelled(gallery, excludeSame, 'gallery'), excludeSame === 'encounter', false)
}

interface Labelled {
  readonly embeddings: Embeddings
  readonly identities: readonly string[]
  readonly encounters: readonly string[]
}

function evaluate(queries: Labelled, gallery: Labelled, exclude: boolean, leaveOutSelf: boolean): RetrievalMetrics {
  const scores: QueryScore[] = []
  forEachCosineRow(queries.embeddings, gallery.embeddings, (query, similarities) => {
    const identity = queries.identities[query]!
    const encounter = exclude ? queries.encounters[query]! : ''
    const leftOut = (g: number) =>
      (leaveOutSelf && g === query) ||
      (encounter !== '' && gallery.encounters[g] === encounter && gallery.identities[g] === identity)
    const order = rank(similarities).filter((g) => !leftOut(g))
    const score = scoreRanking(Uint8Array.from(order, (g) => (gallery.identities[g] === identity ? 1 : 0)))
    if (score === undefined) return
    const tied = countTied(order, similarities)
    scores.push({ query, identity, ...score, gallery: order.length, nearest: order[0]!, tied })
  })
  return summarise(scores, queries.identities, gallery.identities)
}

/** Equal similarities are neighbours in a ranking. */
function countTied(order: Int32Array, similarities: Float32Array): number {
  const at = (rank: number) => similarities[order[rank] ?? -1] // undefined past either end, equal to no similarity
  let tied = 0
  for (let r = 0; r < order.length; r++) if (at(r) === at(r - 1) || at(r) === at(r + 1)) tied++
  return tied
}

function labelled(set: LabelledEmbeddings, excludeSame: RetrievalOptions['excludeSame'], where: string): Labelled {
  const { count } = set.embeddings
  const identities = Array.from(set.identities, String)
  checkLength(identities, count, `${where}: identities`)
  checkLabels({ identities, encounters: set.encounters, excludeSame }, where)
  const encounters = set.encounters ?? []
  if (set.encounters !== undefined) checkLength(encounters, count, `${where}: encounters`)
  return { embeddings: set.embeddings, identities, encounters }
}

function checkLength(labels: readonly string[], count: number, where: string): void {
  check(labels.length === count, `${where}: expected ${count}, one for each embedding, got ${labels.length}`)
}
