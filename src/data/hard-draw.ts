import type { Rng } from '../base/index.ts'

/** Which individuals, by index, are hard to tell from others, as a measurement found. */
export interface Difficulty {
  /** For each individual a number from 0, never taken for another, to 1. */
  readonly hardness: readonly number[]
  /** Two individuals, and how many photos of one have a photo of the other nearest. */
  readonly confused: readonly (readonly [number, number, number])[]
}

/** How much a sampler follows what is hard. */
export interface Curriculum {
  /** Share of the draws, from 0 to 1, that hard individuals get; the others are as the sampler's kind has them. */
  readonly strength: number
  readonly difficulty: Difficulty
}

/**
 * An endless walk through hard individuals: one by its hardness, and after it, where it is taken for others, one of those by how often that
 * happens. Undefined where nothing is hard.
 */
export function hardDraw({ hardness, confused }: Difficulty, rng: Rng): (() => number) | undefined {
  if (!hardness.some((one) => one > 0)) return undefined
  let before: number | undefined
  return () => {
    const partners = before === undefined ? [] : partnersOf(confused, before)
    before = partners.length > 0 ? undefined : weighted(hardness, rng)
    if (before !== undefined) return before
    return partners[
      weighted(
        partners.map(([, times]) => times),
        rng,
      )
    ]![0]
  }
}

function partnersOf(confused: Difficulty['confused'], individual: number): [number, number][] {
  return confused.flatMap(([a, b, times]) => {
    if (a === individual) return [[b, times]]
    return b === individual ? [[a, times]] : []
  })
}

/** An index, each with a probability in proportion to its weight. */
function weighted(weights: readonly number[], rng: Rng): number {
  let left = rng.uniform() * weights.reduce((sum, weight) => sum + weight, 0)
  const at = weights.findIndex((weight) => {
    left -= weight
    return left < 0
  })
  return at < 0 ? weights.findLastIndex((weight) => weight > 0) : at
}
