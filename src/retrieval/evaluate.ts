import { check } from '../base/index.ts'
import { type Adjust, adjusted } from './adjust.ts'
import { scoreRanking } from './average-precision.ts'
import type { Embeddings } from './embeddings.ts'
import { checkLabels } from './labels.ts'
import type { LeftOut } from './left-out.ts'
import { type RetrievalMetrics, summarise } from './metrics.ts'
import { forEachProcessedRow, type PostProcessing } from './post-processing.ts'
import type { QueryScore } from './query-score.ts'
import { rank } from './rank.ts'

/** What is known of photos in a row. Encounters (sightings, bursts) are names; an empty one is unknown and equals none. */
export interface PhotoLabels {
  readonly identities: readonly string[] | Int32Array
  readonly encounters?: readonly string[] | undefined
}

/** Photos with what is known of them. */
export interface LabelledEmbeddings extends PhotoLabels {
  readonly embeddings: Embeddings
}

/** Which photos a query is not ranked against, besides itself. */
export interface RetrievalOptions {
  /** Leave out of a query's gallery the photos with its identity and its encounter: neither positives nor negatives. */
  readonly excludeSame?: 'encounter' | undefined
  /** Called after each query: many against many take minutes. */
  readonly onQuery?: ((done: number, total: number) => void) | undefined
  /** True for pairs that are left out besides: a gallery photo that is the query's own file, say. */
  readonly leaveOut?: ((query: number, gallery: number) => boolean) | undefined
  /** Told of each query, scored or not, its gallery as it is ranked (what is left out is not in it) and its similarities to all photos. */
  readonly onRanked?: ((query: number, order: Int32Array, similarities: Float32Array) => void) | undefined
}

/** How embeddings are ranked. */
export interface RankingOptions extends RetrievalOptions {
  /** By plain cosines unless given. What is left out for a query takes no part in it either, not even as somebody's neighbour. */
  readonly postProcessing?: PostProcessing | undefined
  /** What a row of similarities becomes after that. */
  readonly adjust?: Adjust | undefined
}

/** Similarities of any origin, and what is known of both sides. */
export interface LabelledSimilarities extends RetrievalOptions {
  /** Row-major [Q, G]; larger is more alike. */
  readonly similarities: Float32Array
  readonly queries: PhotoLabels
  readonly gallery: PhotoLabels
}

/**
 * Each photo a query against all others, itself left out, ranked by cosine, or by fused ranks where the embeddings say so (float32;
 * ties by gallery index).
 * Queries without a positive are skipped and counted. Similarities are held for 256 queries at a time.
 * @throws InputError for embeddings that are not finite (naming the row), labels that do not fit, or when nothing can be scored.
 */
export function evaluateRetrieval(options: LabelledEmbeddings & RankingOptions): RetrievalMetrics {
  const { embeddings, leaveOut, postProcessing } = options
  const photos = labelled(options, embeddings.count, options, 'photos')
  const itself = (query: number, gallery: number) => query === gallery || leaveOut?.(query, gallery) === true
  const rule = ruleOf(photos, photos, { ...options, leaveOut: itself })
  const matching = { queries: embeddings, gallery: embeddings, postProcessing, leftOut: listed(rule, embeddings.count) }
  const visitRows: ForEachRow = (visit) => forEachProcessedRow(matching, adjusted(visit, options.adjust))
  return evaluate(photos, photos, { ...options, rule }, visitRows)
}

/**
 * Each query against the whole gallery; otherwise as evaluateRetrieval. Nothing is left out as "itself": the two sets are
 * different photos, or the options say what to leave out.
 */
export function evaluateQueriesAgainstGallery(
  queries: LabelledEmbeddings,
  gallery: LabelledEmbeddings,
  options: RankingOptions = {},
): RetrievalMetrics {
  const q = labelled(queries, queries.embeddings.count, options, 'queries')
  const g = labelled(gallery, gallery.embeddings.count, options, 'gallery')
  const rule = ruleOf(q, g, options)
  const matching = {
    queries: queries.embeddings,
    gallery: gallery.embeddings,
    postProcessing: options.postProcessing,
    leftOut: listed(rule, gallery.embeddings.count),
  }
  const visitRows: ForEachRow = (visit) => forEachProcessedRow(matching, adjusted(visit, options.adjust))
  return evaluate(q, g, { ...options, rule }, visitRows)
}

/**
 * As evaluateQueriesAgainstGallery, from similarities that come from anywhere: a re-ranking, an ensemble, another program.
 * @throws InputError where their number is not queries × gallery photos, and for NaN, naming its place.
 */
export function evaluateSimilarities(options: LabelledSimilarities): RetrievalMetrics {
  const { similarities } = options
  const [rows, columns] = [options.queries.identities.length, options.gallery.identities.length]
  check(
    similarities.length === rows * columns,
    `similarities: expected ${rows} queries × ${columns} gallery photos = ${rows * columns}, got ${similarities.length}`,
  )
  const queries = labelled(options.queries, rows, options, 'queries')
  const gallery = labelled(options.gallery, columns, options, 'gallery')
  const rule = ruleOf(queries, gallery, options)
  const visitAll: ForEachRow = (visit) => {
    for (let q = 0; q < rows; q++) visit(q, similarities.slice(q * columns, (q + 1) * columns))
  }
  return evaluate(queries, gallery, { ...options, rule }, visitAll)
}

interface Labelled {
  readonly identities: readonly string[]
  readonly encounters: readonly string[]
}

/** Calls its argument with each query and its similarities to the gallery. */
type ForEachRow = (visit: (query: number, similarities: Float32Array) => void) => void

/** True for pairs that are not scored. */
type Rule = (query: number, gallery: number) => boolean

function ruleOf(queries: Labelled, gallery: Labelled, { excludeSame, leaveOut }: RetrievalOptions): Rule {
  return (q, g) => {
    if (leaveOut?.(q, g) === true) return true
    const encounter = excludeSame === 'encounter' ? queries.encounters[q]! : ''
    return encounter !== '' && gallery.encounters[g] === encounter && gallery.identities[g] === queries.identities[q]
  }
}

function listed(rule: Rule, photos: number): LeftOut {
  const all = Array.from({ length: photos }, (_, g) => g)
  return (query) => all.filter((g) => rule(query, g))
}

/** What is left out of rankings, and who is told of them. */
interface Ranked extends Pick<RetrievalOptions, 'onQuery' | 'onRanked'> {
  readonly rule: Rule
}

function evaluate(
  queries: Labelled,
  gallery: Labelled,
  { rule, onQuery, onRanked }: Ranked,
  forEachRow: ForEachRow,
): RetrievalMetrics {
  const scores: QueryScore[] = []
  const total = queries.identities.length
  let done = 0
  onQuery?.(done, total)
  forEachRow((query, similarities) => {
    onQuery?.(++done, total)
    const identity = queries.identities[query]!
    const order = rank(similarities).filter((g) => !rule(query, g))
    onRanked?.(query, order, similarities)
    const score = scoreRanking(Uint8Array.from(order, (g) => (gallery.identities[g] === identity ? 1 : 0)))
    if (score === undefined) return
    const tied = countTied(order, similarities)
    scores.push({
      query,
      identity,
      encounter: queries.encounters[query] ?? '',
      ...score,
      gallery: order.length,
      nearest: order[0]!,
      tied,
    })
  })
  scores.sort((a, b) => a.query - b.query) // post-processing takes queries of one gallery together
  return summarise(scores, queries.identities, gallery.identities)
}

/** Equal similarities are neighbours in a ranking. */
function countTied(order: Int32Array, similarities: Float32Array): number {
  const at = (rank: number) => similarities[order[rank] ?? -1] // undefined past either end, equal to no similarity
  let tied = 0
  for (let r = 0; r < order.length; r++) if (at(r) === at(r - 1) || at(r) === at(r + 1)) tied++
  return tied
}

function labelled(
  { identities: names, encounters = [] }: PhotoLabels,
  count: number,
  { excludeSame }: RetrievalOptions,
  where: string,
): Labelled {
  const identities = Array.from(names, String)
  checkLength(identities, count, `${where}: identities`)
  const known = encounters.length > 0 || count === 0 ? encounters : undefined
  checkLabels({ identities, encounters: known, excludeSame }, where)
  if (known !== undefined) checkLength(known, count, `${where}: encounters`)
  return { identities, encounters }
}

function checkLength(labels: readonly string[], count: number, where: string): void {
  check(labels.length === count, `${where}: expected ${count}, one for each embedding, got ${labels.length}`)
}
