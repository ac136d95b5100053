import { check } from '../base/index.ts'

/** Pairs of photos with a score, larger for more alike, and whether both show one individual. */
export interface ScoredPairs {
  readonly scores: ArrayLike<number>
  /** 1 for a pair of one individual, 0 for a pair of two. */
  readonly same: ArrayLike<number>
  /** How many pairs each stands for, where some were drawn from many; 1 each unless given. */
  readonly weights?: ArrayLike<number> | undefined
}

/** @throws InputError for lists of other lengths, a score that is not finite, or pairs of one kind only. */
export function checkPairs({ scores, same, weights }: ScoredPairs): void {
  const fits = same.length === scores.length && (weights === undefined || weights.length === scores.length)
  check(fits, `calibration: expected a label and a weight for each of ${scores.length} scores`)
  let [ones, zeros] = [0, 0]
  for (let i = 0; i < scores.length; i++) {
    check(Number.isFinite(scores[i]), `calibration: score ${i}: expected a finite number, got ${scores[i]}`)
    if (same[i] === 1) ones++
    else zeros++
  }
  check(
    ones > 0 && zeros > 0,
    `calibration: expected pairs of both kinds, got ${ones} of one individual, ${zeros} of two`,
  )
}

/** Weight of the pairs of one individual, and of all. */
export function weightsOf({ scores, same, weights }: ScoredPairs): { readonly same: number; readonly all: number } {
  let [own, all] = [0, 0]
  for (let i = 0; i < scores.length; i++) {
    const weight = weights?.[i] ?? 1
    all += weight
    if (same[i] === 1) own += weight
  }
  return { same: own, all }
}
