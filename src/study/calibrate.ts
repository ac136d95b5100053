import { mean } from '../base/index.ts'
import {
  type AnsweredQuery,
  type AnswerModel,
  type Curve,
  type CurveKind,
  comparedBy,
  curveKinds,
  type EvidentPairs,
  type FusionKind,
  fewestForSteps,
  fitAnswerModel,
  fitCurve,
  fitFusion,
  fusedScore,
  logLoss,
  newAnimalsOf,
  type PairFusion,
  posteriorOf,
  probabilityAt,
  reliabilityOf,
  withPrior,
} from '../calibration/index.ts'
import { type CalibratedScores, type FoundIndividual, scoredIndividuals } from '../identify/index.ts'
import { fusionDefaults } from '../local/index.ts'
import { evaluateSimilarities } from '../retrieval/index.ts'
import type { LabelledPairs, Meeting } from './labelled-pairs.ts'

/** One way to fuse, fitted on all individuals, and how it did on those that a fold held out. */
export interface CalibratedWay {
  readonly kind: FusionKind
  readonly scores: CalibratedScores
  /** Average precision of each query among the individuals of its fold, and its individual. */
  readonly aps: readonly number[]
  readonly identities: readonly string[]
}

/** What was learnt of pairs: how they are fused, and what a score means. */
interface Learnt {
  readonly fusion: PairFusion
  readonly curve: Curve
  readonly prior: number
}

/** A question with its likeliest individual, and whether that was right. */
interface Asked {
  readonly probability: number
  readonly right: number
  readonly known: boolean
  /** That it shows nobody whom it was asked among. */
  readonly isNew: number
}

/**
 * Fits one way to fuse: the fusion, the curve (logistic or isotonic, as `bestCurve` says), and how answers are
 * weighed. Everything that is said of it was measured on the individuals of a fold by what was fitted on the others; null with too few individuals.
 */
export function calibrateWay(pairs: LabelledPairs, kind: FusionKind): CalibratedWay {
  const folds = Array.from({ length: pairs.folds }, (_, fold) => fold)
  const curveKind = bestCurve(pairs, kind, folds)
  const held = folds.map((fold) => {
    const learnt = learn(pairs, pairs.pairs(fold, 'out'), { kind, curveKind })
    const answers = fitAnswerModel(questionsOf(pairs, learnt, pairs.meetings(fold, 'out')))
    const meetings = pairs.meetings(fold, 'in')
    return {
      asked: questionsOf(pairs, learnt, meetings).map((question) => answered(answers, question)),
      pairs: heldOutPairs(pairs, learnt, fold),
      queries: ranked(pairs, learnt.fusion, meetings),
    }
  })
  const learnt = learn(pairs, pairs.pairs(), { kind, curveKind })
  const answers = fitAnswerModel(questionsOf(pairs, learnt, pairs.meetings()))
  const queries = held.flatMap((fold) => fold.queries)
  const asked = held.flatMap((fold) => fold.asked)
  return {
    kind,
    scores: {
      ...learnt,
      answers,
      measured:
        pairs.folds === 0
          ? null
          : {
              ...measuredAnswers(asked),
              individuals: pairs.individuals,
              folds: pairs.folds,
              rank1: mean(queries.map(({ rank }) => (rank === 1 ? 1 : 0))),
              identityBalancedMap: balanced(queries),
              pairEce: eceOf(held.flatMap((fold) => fold.pairs)),
            },
    },
    aps: queries.map(({ ap }) => ap),
    identities: queries.map(({ identity }) => identity),
  }
}

function learn(
  pairs: LabelledPairs,
  known: EvidentPairs,
  { kind, curveKind }: { readonly kind: FusionKind; readonly curveKind: CurveKind },
): Learnt {
  // too few to validate a weight on: among so few animals places that agree by chance weigh as much as others, and they would be all but left out
  const isShipped = kind === 'additive' && pairs.folds === 0
  const fusion: PairFusion = isShipped ? { kind, weight: fusionDefaults.trust } : fitFusion(kind, known)
  const scored = { ...known, scores: known.evidence.map((pair) => fusedScore(fusion, pair)) }
  const curve = fitCurve(curveKind, scored, kind === 'local' ? 'toOne' : undefined)
  return { fusion, curve, prior: pairs.priorOf(known) }
}

/**
 * The curve with the smaller log loss on pairs of individuals that it was not fitted on. With few individuals the logistic one: pairs of one
 * individual are alike, so that the steps of an isotonic curve follow these individuals, and a few folds do not show it.
 */
function bestCurve(pairs: LabelledPairs, kind: FusionKind, folds: readonly number[]): CurveKind {
  if (pairs.individuals < fewestForSteps || folds.length === 0) return 'logistic'
  const losses = curveKinds.map((curveKind) => {
    const held = folds.flatMap((fold) =>
      heldOutPairs(pairs, learn(pairs, pairs.pairs(fold, 'out'), { kind, curveKind }), fold),
    )
    const labels = { same: held.map(({ same }) => same), weights: held.map(({ weight }) => weight) }
    return logLoss(
      held.map(({ probability }) => probability),
      labels,
    )
  })
  return curveKinds[losses.indexOf(Math.min(...losses))]!
}

interface HeldPair {
  readonly probability: number
  readonly same: number
  readonly weight: number
}

/** Pairs of the fold's individuals with their probabilities, the prior corrected to theirs. */
function heldOutPairs(pairs: LabelledPairs, { fusion, curve, prior }: Learnt, fold: number): HeldPair[] {
  const held = pairs.pairs(fold, 'in')
  const now = pairs.priorOf(held)
  if (!(now > 0 && now < 1)) return []
  return held.evidence.map((pair, i) => ({
    probability: withPrior(probabilityAt(curve, fusedScore(fusion, pair)), prior, now),
    same: held.same[i]!,
    weight: held.weights?.[i] ?? 1,
  }))
}

function eceOf(held: readonly HeldPair[]): number {
  const weights = held.map(({ weight }) => weight)
  return reliabilityOf(
    held.map(({ probability }) => probability),
    held.map(({ same }) => same),
    { weights },
  ).ece
}

/** Each query twice: with its individual among those that it meets, where it is, and without it. */
function questionsOf(
  pairs: LabelledPairs,
  { fusion, curve, prior }: Learnt,
  meetings: readonly Meeting[],
): AnsweredQuery[] {
  return meetings.flatMap((whole) => {
    const meeting = pairs.asQuestion(whole)
    const question = (asked: readonly FoundIndividual[]): AnsweredQuery => ({
      ...comparedBy({ curve, prior }, asked),
      truth: asked.findIndex(({ identity }) => identity === meeting.identity),
    })
    const everyone = individualsOf(pairs, meeting, pairs.scores(fusion, meeting))
    const away = individualsOf(pairs, meeting, pairs.scores(fusion, meeting, 'absent'))
    const others = away.filter(({ identity }) => identity !== meeting.identity)
    return [
      ...(everyone.length > others.length ? [question(everyone)] : []),
      ...(others.length > 0 ? [question(others)] : []),
    ]
  })
}

function individualsOf(pairs: LabelledPairs, { photos }: Meeting, scores: Float64Array): readonly FoundIndividual[] {
  const order = Array.from(photos.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b)
  return scoredIndividuals(
    order,
    (i) => scores[i]!,
    (i) => ({ identity: pairs.identityOf(photos[i]!), contentHash: pairs.contentHashOf(photos[i]!) }),
  )
}

/** As many photos of new animals as of known ones. */
const newShare = 0.5

function answered(answers: AnswerModel, question: AnsweredQuery): Asked {
  const { individuals, isNew } = posteriorOf(answers, question, newShare)
  const best = individuals.reduce((top, p, i) => (p > individuals[top]! ? i : top), 0)
  return { probability: individuals[best]!, right: best === question.truth ? 1 : 0, known: question.truth >= 0, isNew }
}

/** Known and new count equally, however many there are of each. */
function measuredAnswers(asked: readonly Asked[]) {
  const known = asked.filter((one) => one.known).length
  const absent = asked.length - known
  const { ece, bins } = reliabilityOf(
    asked.map(({ probability }) => probability),
    asked.map(({ right }) => right),
    { weights: asked.map((one) => asked.length / 2 / (one.known ? known : absent)) },
  )
  const absentNamed = asked.filter((one) => !one.known && one.probability > 0.9).length
  return { known, absent, ece, bins, absentNamed, newAnimals: newAnimalsOf(asked) }
}

interface RankedQuery {
  readonly identity: string
  readonly ap: number
  readonly rank: number
}

/** How each query that has somebody to find does among the photos that it meets. */
function ranked(pairs: LabelledPairs, fusion: PairFusion, meetings: readonly Meeting[]): RankedQuery[] {
  return meetings.flatMap((meeting) => {
    const identities = meeting.photos.map((photo) => pairs.identityOf(photo))
    if (!identities.includes(meeting.identity)) return []
    const similarities = Float32Array.from(pairs.scores(fusion, meeting))
    const asked = { similarities, queries: { identities: [meeting.identity] }, gallery: { identities } }
    const [score] = evaluateSimilarities(asked).perQuery
    return score === undefined ? [] : [{ identity: meeting.identity, ap: score.ap, rank: score.firstMatch }]
  })
}

function balanced(queries: readonly RankedQuery[]): number {
  const byIndividual = new Map<string, number[]>()
  for (const { identity, ap } of queries) byIndividual.set(identity, [...(byIndividual.get(identity) ?? []), ap])
  return mean([...byIndividual.values()].map(mean))
}
