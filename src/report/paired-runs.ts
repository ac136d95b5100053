import { InputError } from '../base/index.ts'
import {
  comparePaired,
  type MetricName,
  metricNames,
  type PairedComparison,
  type PairedQuery,
} from '../retrieval/index.ts'

/** What a paired test needs of a model. */
interface TestedRun {
  readonly name: string
  readonly measured: {
    readonly perQuery?: readonly PairedQuery[] | null
    readonly chance?: Readonly<Partial<Record<MetricName, number>>> | null
  } | null
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
    return { comparison: withToldChance(comparePaired(a.measured!.perQuery!, b.measured!.perQuery!), a, b), reason: '' }
  } catch (error) {
    // two lists that have nothing to do with each other leave the rest of a comparison as it is
    if (error instanceof InputError) return { comparison: null, reason: error.what.replace(/^compare: /, '') }
    throw error
  }
}

/** Chance as a file tells it, where its queries do not tell of their galleries: right only where all of them are compared. */
function withToldChance(comparison: PairedComparison, a: TestedRun, b: TestedRun): PairedComparison {
  const told = ({ measured }: TestedRun, left: number, name: MetricName) =>
    left === 0 ? (measured?.chance?.[name] ?? null) : null
  const scores = metricNames.flatMap((name) => {
    const score = comparison.scores[name]
    if (score === undefined) return []
    const chanceA = score.chanceA ?? told(a, comparison.onlyA, name)
    const chanceB = score.chanceB ?? told(b, comparison.onlyB, name)
    return [[name, { ...score, chanceA, chanceB }] as const]
  })
  return { ...comparison, scores: Object.fromEntries(scores) }
}
