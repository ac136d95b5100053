import { Rng } from '../base/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import {
  type Adjust,
  adjusted,
  forEachProcessedRow,
  type NearestKnown,
  type OpenSetScores,
  openSetScores,
  type PostProcessing,
} from '../retrieval/index.ts'
import type { LocalTask } from './local-matching.ts'
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

/** The same queries, and the gallery that is left once a third of the individuals went. */
export interface OpenSetTask extends LocalTask {
  /** Whether the gallery has photos of somebody, before anything is left out. */
  readonly isKnown: (identity: string) => boolean
  readonly seed: number
}

/**
 * A third of the individuals that queries show, drawn by the seed, leave the gallery. Undefined where fewer than two known or two new individuals are asked
 * about then.
 */
export function openSetTask({
  queries,
  gallery,
  leftOut,
  postProcessing,
  seed,
}: OpenSetPhotos): OpenSetTask | undefined {
  const names = gallery.photos.map(({ identity = '' }) => identity)
  const shown = new Set(names)
  const asked = [...new Set(queries.photos.flatMap(({ identity }) => identity ?? []))]
  const there = asked.filter((name) => shown.has(name))
  const away = new Set(heldOut(there, seed))
  if (there.length - away.size < 2 || asked.length - there.length + away.size < 2) return undefined
  const stayed = names.flatMap((name, g) => (away.has(name) ? [] : [g]))
  return {
    queries,
    gallery: without(gallery, new Set(names.flatMap((name, g) => (away.has(name) ? [g] : [])))),
    leaveOut: (query, photo) => leftOut(query, stayed[photo]!),
    postProcessing,
    isKnown: (identity) => shown.has(identity) && !away.has(identity),
    seed,
  }
}

/**
 * How well new individuals are noticed: the photos of those that left the gallery are asked all the same, beside those of individuals that the gallery
 * never showed. Queries of known individuals that have no photo left to find are not asked. `adjust` changes the rows of the task's own gallery. Null with
 * too few individuals.
 */
export function knownAndNew(task: OpenSetTask, adjust?: Adjust): OpenSetScores | null {
  return openSetScores(nearestKnown(task, adjust), task.seed)
}

/** The nearest photo of each query. */
function nearestKnown(task: OpenSetTask, adjust: Adjust | undefined): NearestKnown[] {
  const { queries, gallery, leaveOut, postProcessing, isKnown } = task
  const every = gallery.photos.map((_, photo) => photo)
  const matching = {
    queries: queries.embeddings,
    gallery: gallery.embeddings,
    postProcessing,
    leftOut: (query: number) => every.filter((photo) => leaveOut(query, photo)),
  }
  const found: NearestKnown[] = []
  const visit = (query: number, similarities: Float32Array) => {
    const { identity } = queries.photos[query]!
    if (identity === undefined) return
    const left = every.filter((photo) => !leaveOut(query, photo))
    if (left.length === 0) return
    const nearest = left.reduce((best, photo) => (similarities[photo]! > similarities[best]! ? photo : best))
    const positives = left.filter((photo) => gallery.photos[photo]!.identity === identity).length
    const known = isKnown(identity)
    if (known && positives === 0) return
    const right = gallery.photos[nearest]!.identity === identity
    found.push({ identity, known, similarity: similarities[nearest]!, right, positives, gallery: left.length })
  }
  forEachProcessedRow(matching, adjusted(visit, adjust))
  return found
}

/** A third of the individuals, by lot: the same whatever the order of the photos. */
function heldOut(names: readonly string[], seed: number): string[] {
  const drawn = new Rng(seed).fork('individuals held out').shuffle([...names].sort())
  return drawn.slice(0, Math.round(names.length / 3))
}
