import { check } from '../base/index.ts'

/** How k-reciprocal re-ranking looks around a photo. */
export interface RerankSettings {
  /** How many nearest photos are asked whether they have a photo among their own nearest. */
  readonly k1: number
  /** Over how many photos, itself the first, a photo's neighbourhood is averaged; 1 leaves it as it is. */
  readonly k2: number
  /** Share of the original distance in the final one, from 0 to 1; 1 is the original order. */
  readonly lambda: number
}

/** The paper's, for galleries with many photos of an individual; fewer photos ask for smaller numbers. */
export const rerankDefaults = { k1: 20, k2: 6, lambda: 0.3 } as const satisfies RerankSettings

/** @throws InputError for numbers that mean nothing. */
export function checkRerank({ k1, k2, lambda }: RerankSettings): void {
  for (const [name, value] of Object.entries({ k1, k2 }))
    check(
      Number.isInteger(value) && value >= 1 && value <= 1000,
      `re-ranking: ${name}: expected a whole number from 1 to 1000, got ${value}`,
    )
  check(lambda >= 0 && lambda <= 1, `re-ranking: lambda: expected a number from 0 to 1, got ${lambda}`)
}
