import { smallestNormal } from '../base/index.ts'
import {
  type AnswerCosts,
  type ComparedIndividual,
  comparedBy,
  costDefaults,
  type Decision,
  decide,
  posteriorOf,
} from '../calibration/index.ts'
import type { CalibratedScores } from './calibration-record.ts'
import type { DecidedQuery } from './decided-queries.ts'
import type { Decision as PersonsDecision } from './decisions.ts'

/** What is said of a photo. */
export interface Answer {
  /** known: it shows `identity`; new: it shows nobody of the gallery; unsure: a person should look. */
  readonly answer: Decision
  /** The likeliest individual; undefined where there was none to compare it with. */
  readonly identity: string | undefined
  /** That the photo shows it, 0 to 1; undefined without a calibration. */
  readonly probability: number | undefined
  /** That the photo shows nobody of the gallery, 0 to 1; undefined without a calibration. */
  readonly newProbability: number | undefined
  /** Why that is said, when it is not the probabilities. */
  readonly reason: AnswerReason
  /** Individuals of the gallery that the photo could not be compared with, for no photo of theirs shows its flank. */
  readonly notCompared: number
  /** The photo's flank is not known, and it was compared with both. */
  readonly bothFlanks: boolean
  /** What a person decided, where the answer is that. */
  readonly decidedBy?: PersonsDecision | undefined
  /** Individuals that a person ruled out, and that have no probability any more. */
  readonly ruledOut?: readonly string[] | undefined
  /** Of `unlike`: its similarity with the most similar photo of the gallery, and that which nearly every photo there has with one of another animal. */
  readonly likeness?: Likeness | undefined
  /** A photo that would have the same name, though a person decided that it shows another animal: so neither has it. */
  readonly conflict?: string | undefined
}

/** How like the gallery a photo is, and how like each other its animals are at least: cosines of embeddings. */
export interface Likeness {
  readonly similarity: number
  readonly least: number
}

/**
 * What an answer rests on. probability: calibrated probabilities and costs; unmeasured: probabilities that nobody could measure, fitted on too few
 * individuals; unlike: the photo is less like any photo of the gallery than the gallery's animals are like each other; uncalibrated: nothing is known of
 * the scores; nobodyToCompare: no photo of the gallery may be compared with it; decided: a person said so.
 */
export type AnswerReason = 'probability' | 'unmeasured' | 'unlike' | 'uncalibrated' | 'nobodyToCompare' | 'decided'

/** How answers are decided. */
export interface AnswerOptions {
  /** What a mistake costs, in looks of a person. */
  readonly costs?: AnswerCosts | undefined
  /** The share of photos that show animals which the gallery does not have. */
  readonly newShare?: number | undefined
}

/** Mistakes cost ten looks; every second photo may show a new animal. */
export const answerDefaults = { costs: costDefaults, newShare: 0.5 } as const satisfies AnswerOptions

/** A query's ranking by individual. */
export interface ScoredIndividual extends ComparedIndividual {
  readonly identity: string
}

/** What is known of a query besides. */
export interface AnswerInput {
  /** All individuals that it was compared with, the most similar first. */
  readonly individuals: readonly ScoredIndividual[]
  /** Individuals of the gallery besides. */
  readonly notCompared: number
  /** It is less like the gallery than the gallery's animals are like each other. */
  readonly unlike: boolean
  /** Its flank is not known, and it was compared with both. */
  readonly bothFlanks: boolean
  /** What people decided of it. */
  readonly decided?: DecidedQuery | undefined
}

/** An answer, and the probability of every compared individual, in their order; undefined without a calibration. */
export interface Answered {
  readonly answer: Answer
  readonly probabilities: Float64Array | undefined
}

/**
 * What to say of a photo, by the calibrated scores of its individuals (`posteriorOf`) and by what mistakes cost (`decide`). A photo that is unlike the whole
 * gallery is new, unless its probabilities name somebody, or have one individual at 0.5 or more: then it is unsure. Without a calibration nothing is named,
 * nor with one that was never measured. What a person decided is the answer; individuals that a person ruled out have the probability 0, and the others share theirs.
 */
export function answerOf(
  input: AnswerInput,
  scores: CalibratedScores | undefined,
  options: AnswerOptions = {},
): Answered {
  const { decided } = input
  const answered = answerByScores(input, scores, options)
  if (decided?.because === undefined) return answered
  const { notCompared, bothFlanks } = input
  return {
    answer: {
      answer: decided.identity === undefined ? 'new' : 'known',
      identity: decided.identity,
      probability: undefined,
      newProbability: undefined,
      reason: 'decided',
      notCompared,
      bothFlanks,
      decidedBy: decided.because,
    },
    probabilities: answered.probabilities,
  }
}

function answerByScores(
  { individuals, notCompared, unlike, bothFlanks, decided }: AnswerInput,
  scores: CalibratedScores | undefined,
  { costs = answerDefaults.costs, newShare = answerDefaults.newShare }: AnswerOptions,
): Answered {
  const out = new Set(decided?.ruledOut)
  const identity = individuals.find((one) => !out.has(one.identity))?.identity
  const ruledOut = out.size === 0 ? {} : { ruledOut: [...out] }
  const nothing = {
    identity,
    probability: undefined,
    newProbability: undefined,
    notCompared,
    bothFlanks,
    ...ruledOut,
  }
  if (individuals.length === 0)
    return { answer: { answer: 'unsure', ...nothing, reason: 'nobodyToCompare' }, probabilities: undefined }
  if (scores === undefined) {
    const told = unlike
      ? ({ answer: 'new', reason: 'unlike' } as const)
      : ({ answer: 'unsure', reason: 'uncalibrated' } as const)
    return { answer: { ...nothing, ...told }, probabilities: undefined }
  }
  const compared = { ...comparedBy(scores, individuals), others: notCompared }
  const posterior = posteriorOf(scores.answers, compared, newShare)
  const lost = posterior.individuals.reduce((sum, p, i) => sum + (out.has(individuals[i]!.identity) ? p : 0), 0)
  const left = Math.max(1 - lost, smallestNormal)
  const probabilities = posterior.individuals.map((p, i) => (out.has(individuals[i]!.identity) ? 0 : p / left))
  const isNew = Math.min(1, posterior.isNew / left)
  const isMeasured = scores.measured !== null
  const likeliest = probabilities.reduce((top, p, i) => (p > probabilities[top]! ? i : top), 0)
  const mostSimilar = Math.max(
    0,
    individuals.findIndex((one) => one.identity === identity),
  ) // of those not ruled out
  const best = isMeasured ? likeliest : mostSimilar
  const decision = isMeasured ? decide(probabilities[best]!, isNew, costs) : 'unsure'
  const isLikely = isMeasured && probabilities[best]! >= 0.5
  const isUnlike = unlike && decision !== 'known' && !isLikely
  return {
    answer: {
      answer: isUnlike ? 'new' : decision,
      identity: probabilities[best]! > 0 ? individuals[best]!.identity : identity,
      probability: probabilities[best]!,
      newProbability: isNew,
      reason: isUnlike ? 'unlike' : isMeasured ? 'probability' : 'unmeasured',
      notCompared,
      bothFlanks,
      ...ruledOut,
    },
    probabilities,
  }
}
