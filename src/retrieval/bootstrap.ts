import { forEachMetric, type MetricName, metricNames, metricTable } from './metric-table.ts'
import type { ScoredQuery } from './query-score.ts'
import { numbered, quantiles, type ResampleOptions, resampleMeans, type Sample } from './resample.ts'

/** Within what a score lies, lower end first. */
export type Interval = readonly [low: number, high: number]

/** What is drawn in a resample: all queries of an individual together, or all queries of an encounter. */
export type ResampleUnit = 'identity' | 'encounter'

/** How intervals are drawn. */
export interface IntervalOptions extends Partial<ResampleOptions> {
  readonly by?: ResampleUnit | undefined
  /** Share of samples whose interval is meant to hold the true score. */
  readonly level?: number | undefined
}

/** 2,000 resamples of individuals from seed 0, for 95 %. */
export const intervalDefaults = { by: 'identity', resamples: 2000, seed: 0, level: 0.95 } as const

/** Bootstrap intervals of every score. */
export interface Intervals {
  readonly by: ResampleUnit
  /** How many individuals, or encounters, there were to draw from. */
  readonly units: number
  readonly level: number
  readonly resamples: number
  readonly seed: number
  /** Fewer than ten units: a bootstrap of so few is too narrow. */
  readonly tooFew: boolean
  readonly scores: Readonly<Record<MetricName, Interval>>
}

/** From fewer units the percentile interval covers visibly less than it says. */
export const fewUnits = 10

/**
 * Percentile intervals of every score: the (1 ∓ level)/2 quantiles of the scores of resampled queries, whole individuals (or encounters)
 * drawn with replacement (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). They say how the score varies with
 * the individuals that happened to be photographed, not with the training's seed. A query of unknown encounter is a unit of its own.
 * Null for a single unit, from which nothing can be drawn.
 */
export function bootstrapIntervals(queries: readonly ScoredQuery[], options: IntervalOptions = {}): Intervals | null {
  const { by = intervalDefaults.by, level = intervalDefaults.level } = options
  const { resamples = intervalDefaults.resamples, seed = intervalDefaults.seed } = options
  const sample = sampleOf(queries, by)
  const units = new Set(sample.unit).size
  if (units < 2) return null
  const drawn = resampleMeans(sample, { resamples, seed })
  const shares = [(1 - level) / 2, (1 + level) / 2]
  const scores = forEachMetric((_, name): Interval => {
    const [low, high] = quantiles(drawn[metricNames.indexOf(name)]!, shares)
    return [low!, high!]
  })
  return { by, units, level, resamples, seed, tooFew: units < fewUnits, scores }
}

function sampleOf(queries: readonly ScoredQuery[], by: ResampleUnit): Sample {
  return {
    values: Float64Array.from(queries.flatMap((query) => metricNames.map((name) => metricTable[name].of(query)))),
    unit: numbered(queries.map((query) => unitOf(query, by))),
    identity: numbered(queries.map(({ identity }) => identity)),
    over: metricNames.map((name) => metricTable[name].over),
  }
}

/** What a query is drawn with, by name: a query of unknown encounter is a unit of its own. */
function unitOf(
  { query, identity, encounter }: Pick<ScoredQuery, 'query' | 'identity' | 'encounter'>,
  by: ResampleUnit,
): string {
  return by === 'identity' ? identity : encounter === '' ? `photo ${query}` : `at ${encounter}`
}

/** Whom photos show, and at which encounters where these are known: an empty one is not. */
export interface NamedPhotos {
  readonly identities: readonly string[]
  readonly encounters?: readonly string[] | undefined
}

/** What each photo is drawn with, by name; `first` is the number of the first one, where other photos are drawn too. */
export function unitsOf({ identities, encounters }: NamedPhotos, by: ResampleUnit, first = 0): string[] {
  return identities.map((identity, i) => unitOf({ query: first + i, identity, encounter: encounters?.[i] ?? '' }, by))
}
