import { Rng } from '../base/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import {
  forEachProcessedRow,
  type NearestKnown,
  type OpenSetScores,
  openSetScores,
  type PostProcessing,
} from '../retrieval/index.ts'
import { without } from './rows.ts'

/** Queries, and the photos of which some individuals are taken away. */
export interface OpenSetPhotos {
  readonly queries: PhotoEmbeddings
  readonly gallery: PhotoEmbeddings
  /** True for a pair that does not meet: the query's own file, or its own encounter. */
  readonly leftOut: (query: number, gallery: number) => boolean
  readonly postProcessing?: PostProcessing | undefined
  readonly seed: number
}

/**
 * How well new individuals are noticed: a third of the individuals that queries show, drawn by the seed, leave the gallery, and their photos are
 * asked all the same, beside those of individuals that the gallery never showed. Queries of known individuals that have no photo left to
 * find are not asked. Null with too few individuals.
 */
export function knownAndNew(photos: OpenSetPhotos): OpenSetScores | null {
  return openSetScores(nearestKnown(photos), photos.seed)
}

/** The nearest photo of each query in the gallery without the individuals held out. */
function nearestKnown({ queries, gallery, leftOut, postProcessing, seed }: OpenSetPhotos): NearestKnown[] {
  const names = gallery.photos.map(({ identity = '' }) => identity)
  const shown = new Set(names)
  const asked = [...new Set(queries.photos.flatMap(({ identity }) => identity ?? []))].filter((name) => shown.has(name))
  const away = new Set(heldOut(asked, seed))
  const stayed = names.flatMap((name, g) => (away.has(name) ? [] : [g]))
  const rest = without(gallery, new Set(names.flatMap((name, g) => (away.has(name) ? [g] : []))))
  const meets = (query: number) => stayed.flatMap((g, i) => (leftOut(query, g) ? [] : [i]))
  const matching = {
    queries: queries.embeddings,
    gallery: rest.embeddings,
    postProcessing,
    leftOut: (query: number) => stayed.flatMap((g, i) => (leftOut(query, g) ? [i] : [])),
  }
  const found: NearestKnown[] = []
  forEachProcessedRow(matching, (query, similarities) => {
    const { identity } = queries.photos[query]!
    if (identity === undefined) return
    const left = meets(query)
    if (left.length === 0) return
    const nearest = left.reduce((best, i) => (similarities[i]! > similarities[best]! ? i : best))
    const positives = left.filter((i) => rest.photos[i]!.identity === identity).length
    const known = shown.has(identity) && !away.has(identity)
    if (known && positives === 0) return
    const right = rest.photos[nearest]!.identity === identity
    found.push({ identity, known, similarity: similarities[nearest]!, right, positives, gallery: left.length })
  })
  return found
}

/** A third of the individuals, by lot: the same whatever the order of the photos. */
function heldOut(names: readonly string[], seed: number): string[] {
  const drawn = new Rng(seed).fork('individuals held out').shuffle([...names].sort())
  return drawn.slice(0, Math.round(names.length / 3))
}
