import type { ReportData } from './data.ts'

/** Two photos of a report. */
export interface Pair {
  readonly a: number
  readonly b: number
  readonly similarity: number
  /** Places of the coat that agree, where these were matched. */
  readonly places?: number | undefined
}

const pairsShown = 12

/** The most similar pairs of one individual, or of two, among the photos' nearest neighbours; equal ones as their photos come. */
export function topPairs(data: ReportData, same: boolean, most: number = pairsShown): Pair[] {
  const pairs = data.neighbours.flatMap(({ photos, similarities, places }, a) =>
    photos.flatMap((b, k) => {
      const isSame = data.photos[a]!.identity === data.photos[b]!.identity
      const twice = b < a && data.neighbours[b]!.photos.includes(a)
      return isSame === same && !twice ? [{ a, b, similarity: similarities[k]!, places: places?.[k] }] : []
    }),
  )
  return pairs.sort((p, q) => q.similarity - p.similarity || p.a - q.a || p.b - q.b).slice(0, most)
}
