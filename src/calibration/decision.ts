import { check } from '../base/index.ts'

/** What mistakes cost, in looks of a person at a photo: leaving a photo to a person costs 1. */
export interface AnswerCosts {
  /** A photo gets the name of another individual. */
  readonly falseMatch: number
  /** A photo of a known individual is called new. */
  readonly missedMatch: number
}

/** Ten looks each: an answer must be right nine times of ten. */
export const costDefaults = { falseMatch: 10, missedMatch: 10 } as const satisfies AnswerCosts

/** What to say of a photo: that it shows the likeliest individual, that nobody known is on it, or neither. */
export type Decision = 'known' | 'new' | 'unsure'

/**
 * The answer with the smallest expected cost (Chow, 1970). The likeliest individual's name costs falseMatch · (1 − p), "new" costs missedMatch ·
 * (1 − q), a person's look costs 1, with p the probability of that individual and q that of nobody known. So a name is given from p ≥ 1 −
 * 1 / falseMatch on, and "new" from q ≥ 1 − 1 / missedMatch on; of two that may be given, the cheaper one.
 */
export function decide(known: number, isNew: number, costs: AnswerCosts = costDefaults): Decision {
  const [name, fresh] = [costs.falseMatch * (1 - known), costs.missedMatch * (1 - isNew)]
  if (Math.min(name, fresh) > 1 + 1e-12) return 'unsure'
  return name <= fresh ? 'known' : 'new'
}

/** The probabilities from which a name, and "new", are given. @throws InputError for costs of 1 or less: then no photo would be looked at. */
export function thresholdsOf({ falseMatch, missedMatch }: AnswerCosts): {
  readonly known: number
  readonly isNew: number
} {
  for (const [name, cost] of [
    ['falseMatch', falseMatch],
    ['missedMatch', missedMatch],
  ] as const)
    check(
      Number.isFinite(cost) && cost > 1,
      `costs: \`${name}\`: expected a number above 1, got ${cost}`,
      'a look of a person costs 1',
    )
  return { known: 1 - 1 / falseMatch, isNew: 1 - 1 / missedMatch }
}
