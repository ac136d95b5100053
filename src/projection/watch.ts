/** Told now and then how far a long calculation is, from 0 to 1. What it throws ends the calculation. */
export type Watch = (share: number) => void

/** The part of `watch` from `begin` to `end`. */
export function stretch(watch: Watch | undefined, begin: number, end: number): Watch | undefined {
  return watch === undefined ? undefined : (share) => watch(begin + (end - begin) * share)
}
