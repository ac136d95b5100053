import { check, smallestNormal } from '../base/index.ts'
import { type Curve, logLikelihoodRatio } from './curve.ts'
import { type Local, maximise } from './solve.ts'

/** A query held against individuals, each by its two most similar photos. */
export interface ComparedIndividuals {
  /** λ: `logLikelihoodRatio` of the query and each individual's most similar photo, [N]. */
  readonly ratios: ArrayLike<number>
  /** λ⁺: the same of each individual's second most similar photo, 0 where that speaks against it or there is none, [N]. */
  readonly seconds: ArrayLike<number>
  /** Photos of each individual that the query was compared with, [N]; 1 at least. */
  readonly photos: ArrayLike<number>
  /** Individuals of the gallery besides, of whom no photo could be compared: of another flank. */
  readonly others?: number | undefined
}

/** An individual as a query was compared with it. */
export interface ComparedIndividual {
  /** Of its most similar photo. */
  readonly score: number
  /** Of the photo after that; undefined where there is none. */
  readonly second: number | undefined
  /** How many photos were compared. */
  readonly photos: number
}

/** What the scores of individuals say by a curve that was fitted where the share of pairs of one individual was `prior`. */
export function comparedBy(
  { curve, prior }: { readonly curve: Curve; readonly prior: number },
  individuals: readonly ComparedIndividual[],
): ComparedIndividuals {
  return {
    ratios: individuals.map(({ score }) => logLikelihoodRatio(curve, score, prior)),
    seconds: individuals.map(({ second }) =>
      second === undefined ? 0 : Math.max(0, logLikelihoodRatio(curve, second, prior)),
    ),
    photos: individuals.map(({ photos }) => photos),
  }
}

/** How ratios of many individuals are weighed against each other and against nobody known. */
export interface AnswerModel {
  /** What the best of an individual's photos has too much or too little, in log-odds. */
  readonly shift: number
  /** How far a ratio counts: below 1 where the scores of one query depend on each other. */
  readonly slope: number
  /** How much of the query's mean ratio is taken off: a photo that is like everybody is like nobody. */
  readonly cohort: number
  /** How much of a high score many photos explain: each doubling takes off photos · ln 2. */
  readonly photos: number
  /** How much a second photo of the individual adds: the two are not independent. Files of an earlier rosette lack it; it is 0 then. */
  readonly second?: number | undefined
}

/** Nothing learnt: Bayes' rule for independent scores. */
export const answerModelDefaults = {
  shift: 0,
  slope: 1,
  cohort: 0,
  photos: 0,
  second: 0,
} as const satisfies AnswerModel

/** Whom a query shows. All of it adds up to 1. */
export interface Posterior {
  /** Of each compared individual, [N]. */
  readonly individuals: Float64Array
  /** Of somebody whom the gallery does not show. */
  readonly isNew: number
  /** Of an individual that could not be compared. */
  readonly notCompared: number
}

/**
 * P(i) ∝ (1 − ρ) / N · exp(shift + slope · λᵢ + second · λ⁺ᵢ − cohort · mean λ − photos · ln nᵢ) for each individual i with nᵢ photos, P(new) ∝ ρ, and for each of the N that could not be
 * compared P ∝ (1 − ρ) / N: nothing speaks for or against it. ρ is the share of photos of new animals, and all N of the gallery are taken to be
 * equally likely: so the answer follows the gallery that is asked, not the one that was learnt on.
 * @throws InputError for a share that is not between 0 and 1.
 */
export function posteriorOf(
  { shift, slope, cohort, photos: ofLogPhotos, second = 0 }: AnswerModel,
  { ratios, seconds, photos, others = 0 }: ComparedIndividuals,
  newShare: number,
): Posterior {
  check(
    newShare > 0 && newShare < 1,
    `answers: share of new animals: expected a number between 0 and 1, got ${newShare}`,
  )
  const all = ratios.length + others
  const level = shift - cohort * meanOf(ratios)
  const logs = Float64Array.from(
    { length: ratios.length },
    (_, i) =>
      level +
      slope * ratios[i]! +
      second * seconds[i]! -
      ofLogPhotos * Math.log(photos[i]!) +
      Math.log((1 - newShare) / all),
  )
  const logNew = Math.log(newShare)
  const top = logs.reduce((a, b) => Math.max(a, b), logNew)
  const rest = others === 0 ? 0 : (others / all) * (1 - newShare) * Math.exp(-top)
  const fresh = Math.exp(logNew - top)
  const total = logs.reduce((sum, value) => sum + Math.exp(value - top), fresh + rest)
  return {
    individuals: logs.map((value) => Math.exp(value - top) / total),
    isNew: fresh / total,
    notCompared: rest / total,
  }
}

/** A query whose answer is known: the place of its individual among those compared, or −1 where it is none of them. */
export interface AnsweredQuery extends ComparedIndividuals {
  readonly truth: number
}

/** Learnt at equal shares of known and new. */
const learntShare = 0.5

/** Shift, slope, cohort, photos, second. */
const start = [0, 1, 0, 0, 0] as const

/**
 * How strongly each is held to Bayes' rule: as so many queries do. Few queries make too much of second photos: on nyala answers were off by 0.068 with 1 for these, and
 * by 0.059 with 40 (docs/answers.md).
 */
const holds = [1, 1, 1, 1, 40] as const
const size = start.length

function modelAt(place: Float64Array): AnswerModel & { readonly second: number } {
  const [shift = 0, slope = 1, cohort = 0, photos = 0, second = 0] = place
  return { shift, slope, cohort, photos, second }
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return values.length === 0 ? 0 : sum / values.length
}

/**
 * The model under which these answers are likeliest, known and new ones counting equally: a conditional logit with an outside option (McFadden, 1974),
 * drawn towards `answerModelDefaults`. A slope below 0 becomes 0. Where a second photo would speak against an individual, none counts. @throws InputError without a query of a known and one of a new individual.
 */
export function fitAnswerModel(queries: readonly AnsweredQuery[]): AnswerModel {
  const known = queries.filter(({ truth }) => truth >= 0).length
  check(
    known > 0 && known < queries.length,
    `answers: expected queries of known and of new individuals, got ${known} of ${queries.length}`,
  )
  const weight = (truth: number) => queries.length / 2 / (truth >= 0 ? known : queries.length - known)
  const fitted = (asked: readonly AnsweredQuery[]) =>
    modelAt(maximise((place) => likelihoodAt(place, asked, weight), Float64Array.from(start)))
  const first = fitted(queries)
  // without it the other coefficients are other ones
  const found =
    first.second >= 0
      ? first
      : fitted(queries.map((query) => ({ ...query, seconds: Array.from(query.photos, () => 0) })))
  return { ...found, slope: Math.max(0, found.slope) }
}

/** Σ w ln P(truth) less ½ Σ holdⱼ (placeⱼ − startⱼ)². */
function likelihoodAt(
  place: Float64Array,
  queries: readonly AnsweredQuery[],
  weightOf: (truth: number) => number,
): Local {
  const gradient = new Float64Array(size)
  const curvature = new Float64Array(size * size)
  const model = modelAt(place)
  let value = 0
  const mean = new Float64Array(size)
  const square = new Float64Array(size * size)
  for (const query of queries) {
    const { individuals, isNew } = posteriorOf(model, query, learntShare)
    const weight = weightOf(query.truth)
    const cohort = -meanOf(query.ratios)
    const featuresOf = (i: number) => [1, query.ratios[i]!, cohort, -Math.log(query.photos[i]!), query.seconds[i]!]
    mean.fill(0)
    square.fill(0)
    individuals.forEach((p, i) => {
      const x = featuresOf(i)
      for (let j = 0; j < size; j++) {
        mean[j]! += p * x[j]!
        for (let k = 0; k < size; k++) square[j * size + k]! += p * x[j]! * x[k]!
      }
    })
    const own = query.truth < 0 ? start.map(() => 0) : featuresOf(query.truth)
    value += weight * Math.log(Math.max(smallestNormal, query.truth < 0 ? isNew : individuals[query.truth]!))
    for (let j = 0; j < size; j++) {
      gradient[j]! += weight * (own[j]! - mean[j]!)
      for (let k = 0; k < size; k++) curvature[j * size + k]! += weight * (square[j * size + k]! - mean[j]! * mean[k]!)
    }
  }
  start.forEach((from, j) => {
    const hold = holds[j]!
    value -= (hold * (place[j]! - from) ** 2) / 2
    gradient[j]! -= hold * (place[j]! - from)
    curvature[j * (size + 1)]! += hold
  })
  return { value, gradient, curvature }
}
