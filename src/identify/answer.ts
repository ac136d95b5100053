import {
  type AnswerCosts,
  costDefaults,
  type Decision,
  decide,
  logLikelihoodRatio,
  posteriorOf,
} from '../calibration/index.ts'
import type { CalibratedScores } from './calibration-record.ts'

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
}

/**
 * What an answer rests on. probability: calibrated probabilities and costs; unlike: the photo is less like any photo of the gallery than the gallery's
 * animals are like each other; uncalibrated: nothing is known of the scores; nobodyToCompare: no photo of the gallery may be compared with it.
 */
export type AnswerReason = 'probability' | 'unlike' | 'uncalibrated' | 'nobodyToCompare'

/** How answers are decided. */
export interface AnswerOptions {
  /** What a mistake costs, in looks of a person. */
  readonly costs?: AnswerCosts | undefined
  /** The share of photos that show animals which the gallery does not have. */
  readonly newShare?: number | undefined
}

/** Mistakes cost ten looks; every second photo may show a new animal. */
export const answerDefaults = { costs: costDefaults, newShare: 0.5 } as const satisfies AnswerOptions

/** A query's ranking by individual: the score with its most similar photo, and how many photos were compared. */
export interface ScoredIndividual {
  readonly identity: string
  readonly score: number
  readonly photos: number
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
}

/** An answer, and the probability of every compared individual, in their order; undefined without a calibration. */
export interface Answered {
  readonly answer: Answer
  readonly probabilities: Float64Array | undefined
}

/**
 * What to say of a photo, by the calibrated scores of its individuals (`posteriorOf`) and by what mistakes cost (`decide`). A photo that is unlike the whole
 * gallery is new, unless its probabilities name somebody. Without a calibration nothing is named.
 */
export function answerOf(
  { individuals, notCompared, unlike, bothFlanks }: AnswerInput,
  scores: CalibratedScores | undefined,
  { costs = answerDefaults.costs, newShare = answerDefaults.newShare }: AnswerOptions = {},
): Answered {
  const identity = individuals[0]?.identity
  const nothing = { identity, probability: undefined, newProbability: undefined, notCompared, bothFlanks }
  if (individuals.length === 0)
    return { answer: { answer: 'unsure', ...nothing, reason: 'nobodyToCompare' }, probabilities: undefined }
  if (scores === undefined) {
    const told = unlike
      ? ({ answer: 'new', reason: 'unlike' } as const)
      : ({ answer: 'unsure', reason: 'uncalibrated' } as const)
    return { answer: { ...nothing, ...told }, probabilities: undefined }
  }
  const { curve, prior, answers } = scores
  const compared = {
    ratios: individuals.map(({ score }) => logLikelihoodRatio(curve, score, prior)),
    photos: individuals.map(({ photos }) => photos),
    others: notCompared,
  }
  const { individuals: probabilities, isNew } = posteriorOf(answers, compared, newShare)
  const best = probabilities.reduce((top, p, i) => (p > probabilities[top]! ? i : top), 0)
  const decision = decide(probabilities[best]!, isNew, costs)
  const isUnlike = unlike && decision !== 'known'
  return {
    answer: {
      answer: isUnlike ? 'new' : decision,
      identity: individuals[best]!.identity,
      probability: probabilities[best]!,
      newProbability: isNew,
      reason: isUnlike ? 'unlike' : 'probability',
      notCompared,
      bothFlanks,
    },
    probabilities,
  }
}
