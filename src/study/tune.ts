import { invariant } from '../base/index.ts'
import type { Averaging } from '../embedder/index.ts'
import {
  type Embeddings,
  evaluateRetrieval,
  type LabelledEmbeddings,
  type QueryScore,
  type RetrievalOptions,
  type Statistics,
  scoresOfQueries,
  statisticsOf,
} from '../retrieval/index.ts'
import { candidateTricks, type Trick } from './candidates.ts'
import { type Gain, type GateOptions, type GateVerdict, gate } from './gate.ts'

/** The same photos embedded in several ways, and what is known of them. */
export interface TuneInput
  extends Omit<LabelledEmbeddings, 'embeddings'>,
    Pick<RetrievalOptions, 'excludeSame' | 'leaveOut'> {
  /** By averaging; the first is the one that the model has, and what tricks are held against. */
  readonly embeddings: ReadonlyMap<Averaging, Embeddings>
}

/** What is tried, and who watches. */
export interface TuneOptions extends GateOptions {
  readonly tricks?: readonly Trick[]
  readonly onTried?: ((done: number, total: number) => void) | undefined
}

/** A way to rank and what it reached. */
export interface RankedWay extends Trick {
  readonly identityBalancedMap: number
  readonly rank1: number
  readonly identityBalancedRank1: number
}

/** A trick, and what it gains or loses by itself. */
export interface TriedTrick extends RankedWay {
  readonly gain: Gain
}

/** A trick that makes nothing of a model that does not tell individuals apart, and the 95 % interval of its identity-balanced mAP. */
export interface TrickAtChance extends RankedWay {
  readonly interval: readonly [low: number, high: number]
}

/** What was tried, and what the gate says. */
export interface TuneOutcome {
  readonly baseline: RankedWay
  readonly tried: readonly TriedTrick[]
  readonly verdict: GateVerdict
  /** The trick that won; null where none did. */
  readonly accepted: Trick | null
  /** The trick that the gate let pass, where even with it the score is no better than chance: then nothing is accepted. */
  readonly atChance: TrickAtChance | null
  readonly queries: number
  /** What a random order reaches on the same queries, whatever the trick, and the intervals of the baseline. */
  readonly statistics: Statistics
}

/**
 * Ranks the photos in every way there is to try, and lets the gate decide. What is left out for a query takes no part in any. Of several parts, as
 * the folds of a cross-validation, each is ranked by itself, and the gate decides by the queries of all.
 * @throws InputError as `evaluateRetrieval`.
 */
export function tunePhotos(given: TuneInput | readonly TuneInput[], options: TuneOptions = {}): TuneOutcome {
  const parts: readonly TuneInput[] = 'embeddings' in given ? [given] : given
  const [own, ...others] = parts[0]?.embeddings.keys() ?? []
  invariant(own !== undefined, 'tune: nothing was embedded')
  const { tricks = candidateTricks(own, others), onTried, ...gateOptions } = options
  const measure = ({ tta, postProcessing }: Trick): readonly QueryScore[] =>
    parts.flatMap(
      ({ embeddings, ...labels }) =>
        evaluateRetrieval({ embeddings: embeddings.get(tta)!, ...labels, postProcessing }).perQuery,
    )
  const plain = { tta: own, postProcessing: {} }
  const baseline = measure(plain)
  const measured = tricks.map((trick, i) => {
    const queries = measure(trick)
    onTried?.(i + 1, tricks.length)
    return queries
  })
  const aps = (queries: readonly QueryScore[]) => queries.map(({ ap }) => ap)
  const identities = baseline.map(({ identity }) => identity)
  const verdict = gate({ identities, baseline: aps(baseline), candidates: measured.map(aps) }, gateOptions)
  const told = (trick: Trick, queries: readonly QueryScore[]) => {
    const { identityBalancedMap, rank1, identityBalancedRank1 } = scoresOfQueries(queries)
    return { ...trick, identityBalancedMap, rank1, identityBalancedRank1 }
  }
  const winner = verdict.accepted === null ? null : tricks[verdict.accepted]!
  const won = verdict.accepted === null ? [] : measured[verdict.accepted]!
  const atChance = winner === null ? null : nearChance(told(winner, won), won)
  return {
    baseline: told(plain, baseline),
    tried: tricks.map((trick, i) => ({ ...told(trick, measured[i]!), gain: verdict.each[i]! })),
    verdict,
    accepted: atChance === null ? winner : null,
    atChance,
    queries: baseline.length,
    statistics: statisticsOf(baseline),
  }
}

/** A model below chance gains by whatever blurs its ranking. */
function nearChance(way: RankedWay, queries: readonly QueryScore[]): TrickAtChance | null {
  const { chance, intervals } = statisticsOf(queries)
  const interval = intervals.identity?.scores.identityBalancedMap
  return interval === undefined || interval[0] > chance.identityBalancedMap ? null : { ...way, interval }
}
