import { InputError } from '../base/index.ts'
import { comparePaired, type PairedComparison, type PairedQuery } from '../retrieval/index.ts'

/** What a paired test needs of a model. */
interface TestedRun {
  readonly name: string
  readonly measured: { readonly perQuery?: readonly PairedQuery[] | null } | null
}

/** A model beside the first one, on the queries that both have scored. */
export interface PairedRuns {
  readonly a: string
  readonly b: string
  /** Null where there can be no test. */
  readonly comparison: PairedComparison | null
  /** Why there is none; empty where there is one. */
  readonly reason: string
}

/** The paired test of each run against the first; `comparePaired` says how. */
export function pairedRuns(runs: readonly TestedRun[]): PairedRuns[] {
  const [first, ...others] = runs
  return others.map((other) => ({ a: first!.name, b: other.name, ...tested(first!, other) }))
}

function tested(a: TestedRun, b: TestedRun): Pick<PairedRuns, 'comparison' | 'reason'> {
  const silent = [a, b].filter(({ measured }) => (measured?.perQuery ?? []).length === 0).map(({ name }) => name)
  if (silent.length > 0)
    return {
      comparison: null,
      reason: `${silent.join(' and ')} ${silent.length === 1 ? 'does' : 'do'} not tell of each query`,
    }
  try {
    return { comparison: comparePaired(a.measured!.perQuery!, b.measured!.perQuery!), reason: '' }
  } catch (error) {
    // two lists that have nothing to do with each other leave the rest of a comparison as it is
    if (error instanceof InputError) return { comparison: null, reason: error.what.replace(/^compare: /, '') }
    throw error
  }
}
