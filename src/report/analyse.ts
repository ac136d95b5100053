import type { LocalResult, RankProgress } from '../identify/index.ts'
import {
  type Embeddings,
  evaluateRetrieval,
  forEachProcessedRow,
  forEachSimilarityRow,
  type PostProcessing,
  type RetrievalMetrics,
  rank,
} from '../retrieval/index.ts'
import type { Neighbours, PairStatistics, SimilarityMatrix } from './data.ts'
import { matrixOrder, packTriangle } from './matrix.ts'
import { pairStatistics } from './pairs.ts'

/** Photos embedded, and what is known of each. */
export interface AnalyseInput {
  readonly embeddings: Embeddings
  /** Names. */
  readonly identities: readonly string[]
  /** Empty where it is not known; undefined where no photo has one. */
  readonly encounters?: readonly string[] | undefined
  /** As `evaluatePhotos` does. */
  readonly excludeSame?: 'encounter' | undefined
  /** What is done to rank; plain cosines unless given. */
  readonly postProcessing?: PostProcessing | undefined
  /** Places of the coat that were matched: rankings, pairs and matrix are of the similarities that these make. */
  readonly local?: Pick<LocalResult, 'adjust' | 'matches'> | undefined
  readonly onRank?: RankProgress['onRank']
}

/** How much of rankings and matrix a report keeps. */
export interface AnalyseOptions {
  /** Photos of each ranking that are kept. */
  readonly neighbours?: number
  /** Rows of the similarity matrix. */
  readonly matrixMost?: number
}

/** 2,500 rows are 8 MB of base64. */
export const analyseDefaults = { neighbours: 40, matrixMost: 2500 } as const satisfies AnalyseOptions

export interface Analysis {
  readonly metrics: RetrievalMetrics
  /** By name (code units); the order of `metrics.perIdentity`. */
  readonly names: readonly string[]
  /** For each photo its position in `names`. */
  readonly identity: readonly number[]
  readonly neighbours: readonly Neighbours[]
  readonly pairs: PairStatistics
  readonly matrix: SimilarityMatrix
}

/**
 * Everything a report says of embeddings, from the cosines and rankings that the metrics use: similarities and order of the
 * neighbours are those behind AP, to the bit before rounding. Pairs and matrix are plain cosines, whatever is done to rank; with `local` they are what
 * places make of these, of the two photos' similarities to each other the larger.
 * @throws InputError as evaluateRetrieval does.
 */
export function analyse(input: AnalyseInput, options: AnalyseOptions = {}): Analysis {
  const { neighbours: kept, matrixMost } = { ...analyseDefaults, ...options }
  const metrics = evaluateRetrieval({ ...input, adjust: input.local?.adjust, onQuery: input.onRank })
  const names = metrics.perIdentity.map(({ identity }) => identity)
  const indexOf = new Map(names.map((name, i) => [name, i]))
  const identity = input.identities.map((name) => indexOf.get(name)!)
  const order = matrixOrder(identity, matrixMost)
  const collected = collect(input, identity, order)
  return {
    metrics,
    names,
    identity,
    neighbours: rankings(input, identity, kept),
    pairs: pairStatistics(collected.same, collected.different),
    matrix: { order, low: lowest(collected.triangle), values: packTriangle(collected.triangle) },
  }
}

/** True for pairs that a score leaves out. */
function leavingOut({ encounters = [], excludeSame }: AnalyseInput, identity: readonly number[]) {
  return (q: number, g: number) =>
    g === q ||
    (excludeSame === 'encounter' &&
      (encounters[q] ?? '') !== '' &&
      encounters[g] === encounters[q] &&
      identity[g] === identity[q])
}

/** The first of each ranking. */
function rankings(input: AnalyseInput, identity: readonly number[], kept: number): Neighbours[] {
  const { embeddings, postProcessing, local } = input
  const leftOut = leavingOut(input, identity)
  const all = identity.map((_, g) => g)
  const matching = {
    queries: embeddings,
    gallery: embeddings,
    postProcessing,
    leftOut: (q: number) => all.filter((g) => leftOut(q, g)),
  }
  const neighbours: Neighbours[] = []
  let done = 0
  forEachProcessedRow(matching, (q, given) => {
    input.onRank?.(++done, embeddings.count)
    const similarities = local === undefined ? given : local.adjust(q, given)
    const ranked: number[] = []
    for (const g of rank(similarities)) {
      if (ranked.length === kept) break
      if (!leftOut(q, g)) ranked.push(g)
    }
    neighbours[q] = {
      photos: ranked,
      similarities: ranked.map((g) => round(similarities[g]!)),
      ...(local === undefined ? {} : { places: ranked.map((g) => (local.matches[q]!.get(g)?.places.length ?? 0) / 4) }),
    }
  })
  return neighbours
}

/** One pass over all similarities. */
function collect(input: AnalyseInput, identity: readonly number[], order: readonly number[]) {
  const { embeddings, encounters = [], excludeSame } = input
  const n = embeddings.count
  const samePairs = pairsWithin(identity.map(String))
  const leftOutPairs = excludeSame === undefined ? 0 : pairsWithin(sightings(identity, encounters))
  const same = new Float32Array(samePairs - leftOutPairs)
  const different = new Float32Array((n * (n - 1)) / 2 - samePairs)
  const position = new Int32Array(n).fill(-1)
  order.forEach((photo, i) => {
    position[photo] = i
  })
  const triangle = new Float32Array((order.length * (order.length - 1)) / 2)
  const leftOut = leavingOut(input, identity)
  let [s, d] = [0, 0]
  forEachPairedRow(input, (q, similarities) => {
    input.onRank?.(q + 1, n)
    for (let g = q + 1; g < n; g++) {
      if (leftOut(q, g)) continue
      if (identity[g] === identity[q]) same[s++] = similarities[g]!
      else different[d++] = similarities[g]!
    }
    const row = position[q]!
    if (row < 0) return
    const begin = row * order.length - (row * (row + 1)) / 2 - row - 1 // where column 0 of this row would lie
    for (let column = row + 1; column < order.length; column++) {
      triangle[begin + column] = similarities[order[column]!]!
    }
  })
  return { same, different, triangle }
}

/**
 * Each photo's similarities to the others. Places are matched by query, so that a pair may be on one photo's shortlist and not on the other's: it has
 * the larger of its two similarities. Memory for these: a number a pair.
 */
function forEachPairedRow({ embeddings, local }: AnalyseInput, visit: (q: number, similarities: Float32Array) => void) {
  if (local === undefined) return forEachSimilarityRow(embeddings, embeddings, visit)
  const n = embeddings.count
  const rows = Array.from({ length: n }, (_, q) => new Float32Array(n - q - 1).fill(-1))
  forEachSimilarityRow(embeddings, embeddings, (q, given) => {
    local.adjust(q, given).forEach((similarity, g) => {
      const [row, at] = q < g ? [rows[q]!, g - q - 1] : [rows[g]!, q - g - 1]
      if (q !== g) row[at] = Math.max(row[at]!, similarity)
    })
  })
  const row = new Float32Array(n)
  for (let q = 0; q < n; q++) {
    for (let g = 0; g < q; g++) row[g] = rows[g]![q - g - 1]!
    row.set(rows[q]!, q + 1)
    visit(q, row)
  }
}

/** Names that are equal for photos of one individual at one encounter; undefined where the encounter is not known. */
function sightings(identity: readonly number[], encounters: readonly string[]): (string | undefined)[] {
  return identity.map((own, i) => ((encounters[i] ?? '') === '' ? undefined : JSON.stringify([own, encounters[i]])))
}

/** Pairs of photos that have one name. */
function pairsWithin(names: readonly (string | undefined)[]): number {
  const counts = new Map<string, number>()
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0)
}

/** Where the colours of a heat map begin: below all but one pair in a hundred, in steps of 0.05. */
function lowest(triangle: Float32Array): number {
  if (triangle.length === 0) return 0
  const at = triangle.slice().sort()[Math.floor(triangle.length / 100)]!
  return Math.max(-1, Math.min(0.9, Math.floor(at * 20) / 20))
}

/** Five places: what people read, and short in JSON. */
export function round(value: number): number {
  return Math.round(value * 1e5) / 1e5
}
