import type { ScoredIndividual } from './answer.ts'

/** An individual of a query's ranking, with its most similar photo by its row of the gallery. */
export interface FoundIndividual extends ScoredIndividual {
  readonly photo: number
}

/** What is asked of a gallery's photos, by row. */
interface KnownRow {
  readonly identity: string
  /** A copy of the most similar photo's file is no second photo. */
  readonly contentHash: string
}

/**
 * Every individual down a ranking of gallery photos, the most similar first: its two best scores and how many of its photos are in it. `identify` and
 * `calibrate` both ask here, so that one answers by what the other learnt.
 */
export function scoredIndividuals(
  order: Iterable<number>,
  scoreOf: (photo: number) => number,
  rowOf: (photo: number) => KnownRow,
): readonly FoundIndividual[] {
  const found = new Map<string, { score: number; second: number | undefined; photo: number; photos: number }>()
  for (const photo of order) {
    const { identity, contentHash } = rowOf(photo)
    const own = found.get(identity)
    if (own === undefined) {
      found.set(identity, { score: scoreOf(photo), second: undefined, photo, photos: 1 })
      continue
    }
    own.photos++
    if (own.second === undefined && contentHash !== rowOf(own.photo).contentHash) own.second = scoreOf(photo)
  }
  return [...found].map(([identity, own]) => ({ identity, ...own }))
}
