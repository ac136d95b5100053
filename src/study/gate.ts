import { check, counted, mean, Rng } from '../base/index.ts'

/** What one way of ranking reached on queries, and what others reached on the same. */
export interface GateInput {
  /** The individual of each query. */
  readonly identities: readonly string[]
  /** Average precision of each query as things are. */
  readonly baseline: ArrayLike<number>
  /** For each candidate that of the same queries. */
  readonly candidates: readonly ArrayLike<number>[]
}

/** How a candidate is judged. */
export interface GateOptions {
  readonly folds?: number
  /** How often the individuals are dealt into folds anew. */
  readonly repeats?: number
  readonly resamples?: number
  /** Of the intervals. */
  readonly level?: number
  readonly seed?: number
}

/** A difference of identity-balanced mAP, and within what it lies. */
export interface Gain {
  readonly difference: number
  readonly interval: readonly [low: number, high: number]
}

/** What the gate says of candidates. */
export interface GateVerdict {
  /** The candidate that wins; null where none does. */
  readonly accepted: number | null
  /** The candidate with the largest difference on all queries; null where none is above 0. */
  readonly best: number | null
  /** What choosing brings on individuals that the choice did not see: this one decides. */
  readonly confirmed: Gain
  /** The best candidate's own difference, which its choice flatters. */
  readonly own: Gain
  /** Of each candidate by itself on all queries; of many some lie above 0 by luck. */
  readonly each: readonly Gain[]
  /** Share of choices that fell on the best candidate. */
  readonly agreement: number
  readonly individuals: number
  /** Why nothing can be accepted, whatever the numbers are; null otherwise. */
  readonly tooFew: string | null
}

/** Five folds, dealt ten times; 2,000 resamples; intervals of 99 %. */
export const gateDefaults = { folds: 5, repeats: 10, resamples: 2000, level: 0.99, seed: 0 } as const

/** From fewer individuals a bootstrap's interval is too narrow to decide anything. */
const fewestIndividuals = 10

/**
 * Accepts a candidate only where it wins. Individuals are dealt into folds, and so are whole encounters with them. For each fold the
 * candidate with the largest difference on the other folds is chosen (none, where none is above 0), and its difference on this fold is
 * kept: no individual helps to choose what it confirms, so that any number of candidates may be tried. The mean of what was kept is the
 * difference of identity-balanced mAP that choosing brings. Its bootstrap interval over individuals, and that of the best candidate
 * on all of them, must lie above 0.
 * @throws InputError where the lists have different lengths.
 */
export function gate({ identities, baseline, candidates }: GateInput, options: GateOptions = {}): GateVerdict {
  const { folds, repeats, resamples, level, seed } = { ...gateDefaults, ...options }
  for (const list of [baseline, ...candidates])
    check(
      list.length === identities.length,
      `gate: expected ${counted(identities.length, 'query', 'queries')}, got ${list.length}`,
    )
  const names = [...new Set(identities)]
  const differences = candidates.map((candidate) => byIndividual(identities, names, candidate, baseline))
  const everybody = names.map((_, i) => i)
  const best = bestOf(differences, everybody)
  const rng = new Rng(seed).fork('folds')
  const kept = names.map(() => 0)
  let agreeing = 0
  for (let repeat = 0; repeat < repeats; repeat++) {
    const dealt = rng.shuffle(everybody)
    for (let fold = 0; fold < folds; fold++) {
      const chosen = bestOf(
        differences,
        dealt.filter((_, at) => at % folds !== fold),
      )
      if (chosen === best) agreeing++
      if (chosen === null) continue
      for (let at = fold; at < dealt.length; at += folds)
        kept[dealt[at]!]! += differences[chosen]![dealt[at]!]! / repeats
    }
  }
  const confirmed = gainOf(kept, { resamples, level, seed })
  const each = differences.map((list) => gainOf(list, { resamples, level, seed }))
  const own = best === null ? { difference: 0, interval: [0, 0] as const } : each[best]!
  const tooFew =
    names.length < fewestIndividuals
      ? `${counted(names.length, 'individual is', 'individuals are')} too few to decide: ${fewestIndividuals} at least`
      : null
  const wins = best !== null && tooFew === null && confirmed.interval[0] > 0 && own.interval[0] > 0
  return {
    accepted: wins ? best : null,
    best,
    confirmed,
    own,
    each,
    agreement: agreeing / (folds * repeats),
    individuals: names.length,
    tooFew,
  }
}

/** For each individual the mean over its queries of b − a. */
function byIndividual(
  identities: readonly string[],
  names: readonly string[],
  b: ArrayLike<number>,
  a: ArrayLike<number>,
): number[] {
  const placeOf = new Map(names.map((name, i) => [name, i]))
  const [sums, counts] = [names.map(() => 0), names.map(() => 0)]
  identities.forEach((identity, query) => {
    const i = placeOf.get(identity)!
    sums[i]! += b[query]! - a[query]!
    counts[i]!++
  })
  return sums.map((sum, i) => sum / counts[i]!)
}

/** The list with the largest mean over these individuals; null where none is above 0. */
function bestOf(differences: readonly (readonly number[])[], individuals: readonly number[]): number | null {
  let [best, most]: [number | null, number] = [null, 0]
  differences.forEach((list, candidate) => {
    const gain = individuals.reduce((sum, i) => sum + list[i]!, 0)
    if (gain > most) [best, most] = [candidate, gain]
  })
  return best
}

/** The mean and its percentile bootstrap interval. */
function gainOf(
  values: readonly number[],
  { resamples, level, seed }: { readonly resamples: number; readonly level: number; readonly seed: number },
): Gain {
  const rng = new Rng(seed).fork('bootstrap')
  const means = new Float64Array(resamples).map(() => {
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[rng.int(values.length)]!
    return sum / values.length
  })
  means.sort()
  const at = (share: number) => means[Math.min(resamples - 1, Math.max(0, Math.round(share * (resamples - 1))))]!
  return { difference: mean(values), interval: [at((1 - level) / 2), at((1 + level) / 2)] }
}
