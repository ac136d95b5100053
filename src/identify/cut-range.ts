import { check } from '../base/index.ts'

/** A threshold of pairs' scores, and between what it may lie; higher is stricter. */
export interface CutRange {
  readonly at: number
  readonly strict: number
  readonly loose: number
  /** Who chose it: the caller, photos of known individuals, or that a probability of one half is as likely as not. */
  readonly from: 'stated' | 'labelled' | 'even'
  /** What it was chosen on, and how well the individuals were found there. */
  readonly labelled?: { readonly photos: number; readonly individuals: number; readonly ami: number } | undefined
}

/** Odds that a stated probability may be off by: one half becomes 0.2 to 0.8. */
const oddsOff = 4

/** Share of its distance to 1 that a stated similarity may be off by. */
const distanceOff = 0.5

/**
 * The range of a threshold that was not chosen on photos. A probability p: from odds a quarter of its own to four times these. A cosine c: 1 − c a half
 * more and less. @throws InputError for a threshold that no score can reach, or that all have.
 */
export function rangeAround(threshold: number | undefined, scale: 'probability' | 'similarity'): CutRange {
  const at = threshold ?? 0.5
  const from = threshold === undefined ? 'even' : 'stated'
  if (scale === 'probability') {
    check(at > 0 && at < 1, `\`threshold\`: expected a probability between 0 and 1, got ${at}`)
    const withOdds = (odds: number) => odds / (1 + odds)
    const odds = at / (1 - at)
    return { at, strict: withOdds(odds * oddsOff), loose: withOdds(odds / oddsOff), from }
  }
  check(at > -1 && at < 1, `\`threshold\`: expected a similarity between -1 and 1, got ${at}`)
  const distance = 1 - at
  return { at, strict: 1 - distance * (1 - distanceOff), loose: 1 - distance * (1 + distanceOff), from }
}
