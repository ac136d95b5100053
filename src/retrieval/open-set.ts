import { mean, Rng } from '../base/index.ts'
import type { Interval } from './bootstrap.ts'
import { quantiles } from './resample.ts'

/** The most similar photo of known individuals, for a query of a known individual or of a new one. */
export interface NearestKnown {
  readonly identity: string
  /** Whether the gallery has photos of its individual. */
  readonly known: boolean
  /** With the nearest gallery photo: the cosine, or what post-processing and matched places made of it. */
  readonly similarity: number
  /** Whether that photo shows its individual. */
  readonly right: boolean
  /** Photos of its individual in its gallery, and all photos in it: what chance depends on. */
  readonly positives: number
  readonly gallery: number
}

/** How well known individuals are named and new ones are noticed; each from 0 to 1. */
interface OpenSetRates {
  /** Probability that a photo of a known individual is more similar to its nearest than one of a new individual; ½ by chance. */
  readonly auroc: number
  /** Balanced accuracy on known samples: share of an individual's photos that are named rightly, mean over known individuals. */
  readonly baks: number
  /** Balanced accuracy on unknown samples: share of an individual's photos that are called new, mean over new individuals. */
  readonly baus: number
  /** √(BAKS · BAUS). */
  readonly geometricMean: number
}

/** Scores of known against new individuals. */
export interface OpenSetScores extends OpenSetRates {
  readonly knownIdentities: number
  readonly newIdentities: number
  readonly knownQueries: number
  readonly newQueries: number
  /** Similarity below which a photo is called new: the best √(BAKS · BAUS) on these photos. The rates use each half's for the other half. */
  readonly threshold: number
  /** The same by chance: random similarities and a random nearest photo, the mean of 200 draws or fewer. */
  readonly chance: OpenSetRates
  /** Over individuals, known and new ones apart, the thresholds fixed. */
  readonly intervals: { readonly [name in keyof OpenSetRates]: Interval }
}

/** Draws of random answers: 200, fewer where there are so many queries that a few draws say it as well. */
const chanceDraws = (queries: number) => Math.max(20, Math.min(200, Math.ceil(200_000 / queries)))
const resamples = 1000

/**
 * Scores of a gallery that does not show everybody. A query is called new where its nearest similarity is below a threshold, else by the
 * nearest photo's name. BAKS and BAUS are those of WildlifeReID-10k (Adam et al., arXiv:2406.09211). The threshold is chosen on one half of the
 * individuals and used on the other, and the other way round: chosen on the photos that it scores, it would flatter. Null with fewer
 * than two known or two new individuals.
 */
export function openSetScores(queries: readonly NearestKnown[], seed = 0): OpenSetScores | null {
  const rng = new Rng(seed).fork('open set')
  const sides = [true, false].map((known) => namesOf(queries.filter((query) => query.known === known)))
  const [known, unknown] = sides as [string[], string[]]
  if (known.length < 2 || unknown.length < 2) return null
  const half = halves(sides, rng.fork('halves'))
  const rates = ratesOf(queries, half)
  const drawn = chanceRates(queries, half, rng.fork('chance'))
  return {
    ...rates,
    knownIdentities: known.length,
    newIdentities: unknown.length,
    knownQueries: queries.filter((query) => query.known).length,
    newQueries: queries.filter((query) => !query.known).length,
    threshold: bestThreshold(queries),
    chance: drawn,
    intervals: intervalsOf(queries, half, rng.fork('bootstrap')),
  }
}

function namesOf(queries: readonly NearestKnown[]): string[] {
  return [...new Set(queries.map(({ identity }) => identity))].sort()
}

/** For each individual one of two halves; known and new individuals are halved apart. */
function halves(sides: readonly (readonly string[])[], rng: Rng): Map<string, number> {
  return new Map(sides.flatMap((names) => rng.shuffle(names).map((name, i): [string, number] => [name, i % 2])))
}

function ratesOf(queries: readonly NearestKnown[], half: ReadonlyMap<string, number>): OpenSetRates {
  const outcomes = outcomesOf(queries, half)
  const baks = mean(outcomes.filter(({ known }) => known).map(({ rate }) => rate))
  const baus = mean(outcomes.filter(({ known }) => !known).map(({ rate }) => rate))
  return { auroc: areaUnderRoc(queries, () => 1), baks, baus, geometricMean: Math.sqrt(baks * baus) }
}

/** An individual and the share of its queries that were answered rightly. */
interface Outcome {
  readonly identity: string
  readonly known: boolean
  readonly rate: number
}

function outcomesOf(queries: readonly NearestKnown[], half: ReadonlyMap<string, number>): Outcome[] {
  const of = (side: number) => queries.filter(({ identity }) => half.get(identity) === side)
  const thresholds = [bestThreshold(of(1)), bestThreshold(of(0))] as const
  const answers = new Map<string, { known: boolean; right: number; all: number }>()
  for (const { identity, known, similarity, right } of queries) {
    const own = answers.get(identity) ?? { known, right: 0, all: 0 }
    answers.set(identity, own)
    const accepted = similarity >= thresholds[half.get(identity) === 0 ? 0 : 1]
    own.all++
    if (known ? accepted && right : !accepted) own.right++
  }
  return [...answers].map(([identity, { known, right, all }]) => ({ identity, known, rate: right / all }))
}

/** The threshold with the highest √(BAKS · BAUS) on these queries, between two of their similarities; of equal ones the highest. */
export function bestThreshold(queries: readonly NearestKnown[]): number {
  const photos = new Map<string, number>()
  for (const { identity } of queries) photos.set(identity, (photos.get(identity) ?? 0) + 1)
  const individuals = (known: boolean) => namesOf(queries.filter((query) => query.known === known)).length
  const [known, unknown] = [individuals(true), individuals(false)]
  const falling = [...queries].sort((a, b) => b.similarity - a.similarity)
  let [baks, baus, best, threshold] = [0, 1, 0, (falling[0]?.similarity ?? 0) + 1e-6]
  falling.forEach((query, i) => {
    const weight = 1 / photos.get(query.identity)!
    if (!query.known) baus -= weight / unknown
    else if (query.right) baks += weight / known
    const next = falling[i + 1]?.similarity ?? query.similarity - 2e-6
    if (next === query.similarity || baks * baus <= best) return
    best = baks * baus
    threshold = (query.similarity + next) / 2
  })
  return threshold
}

/**
 * P(similarity of a known query > that of a new one) + ½ P(equal), pairs weighted by the weights of their individuals: the area under
 * the ROC curve, by ranks.
 */
export function areaUnderRoc(queries: readonly NearestKnown[], weightOf: (identity: string) => number): number {
  const rising = [...queries].sort((a, b) => a.similarity - b.similarity)
  let [newBelow, newAll, knownAll, won] = [0, 0, 0, 0]
  for (let begin = 0; begin < rising.length; ) {
    let end = begin
    let [knownHere, newHere] = [0, 0]
    for (; end < rising.length && rising[end]!.similarity === rising[begin]!.similarity; end++) {
      const { known, identity } = rising[end]!
      if (known) knownHere += weightOf(identity)
      else newHere += weightOf(identity)
    }
    won += knownHere * (newBelow + newHere / 2)
    newBelow += newHere
    newAll += newHere
    knownAll += knownHere
    begin = end
  }
  return won / (newAll * knownAll)
}

/** Means over random answers: any similarity, and a nearest photo drawn from the query's gallery. */
function chanceRates(queries: readonly NearestKnown[], half: ReadonlyMap<string, number>, rng: Rng): OpenSetRates {
  const draws = Array.from({ length: chanceDraws(queries.length) }, () =>
    ratesOf(
      queries.map((query) => ({
        ...query,
        similarity: rng.uniform(),
        right: rng.chance(query.positives / query.gallery),
      })),
      half,
    ),
  )
  const average = (name: keyof OpenSetRates) => mean(draws.map((rates) => rates[name]))
  // by symmetry exactly ½
  return { auroc: 0.5, baks: average('baks'), baus: average('baus'), geometricMean: average('geometricMean') }
}

function intervalsOf(
  queries: readonly NearestKnown[],
  half: ReadonlyMap<string, number>,
  rng: Rng,
): OpenSetScores['intervals'] {
  const outcomes = outcomesOf(queries, half)
  const groups = [outcomes.filter(({ known }) => known), outcomes.filter(({ known }) => !known)] as const
  const drawn = { auroc: [], baks: [], baus: [], geometricMean: [] } as Record<keyof OpenSetRates, number[]>
  const rising = [...queries].sort((a, b) => a.similarity - b.similarity)
  for (let r = 0; r < resamples; r++) {
    const times = new Map<string, number>()
    const [baks, baus] = groups.map((group) => {
      const picked = group.map(() => rng.pick(group))
      for (const { identity } of picked) times.set(identity, (times.get(identity) ?? 0) + 1)
      return mean(picked.map(({ rate }) => rate))
    }) as [number, number]
    drawn.auroc.push(areaUnderRoc(rising, (identity) => times.get(identity) ?? 0))
    drawn.baks.push(baks)
    drawn.baus.push(baus)
    drawn.geometricMean.push(Math.sqrt(baks * baus))
  }
  const interval = (name: keyof OpenSetRates): Interval => {
    const [low, high] = quantiles(Float64Array.from(drawn[name]), [0.025, 0.975])
    return [low!, high!]
  }
  return {
    auroc: interval('auroc'),
    baks: interval('baks'),
    baus: interval('baus'),
    geometricMean: interval('geometricMean'),
  }
}
