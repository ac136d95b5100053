/**
 * clip(cos) = min(1, max(0, cos)): the similarity that the competition asks for. Every negative cosine becomes 0, so
 * about half of a submission may tie.
 */
export function clipScore(cosine: number): number {
  return Math.min(1, Math.max(0, cosine))
}

/** shift(cos) = (cos + 1) / 2, held in [0, 1] against rounding: keeps the order of negative cosines. */
export function shiftScore(cosine: number): number {
  return clipScore((cosine + 1) / 2)
}
