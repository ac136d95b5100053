import { join } from 'node:path'
import * as z from 'zod'
import { mean, standardDeviation } from '../base/index.ts'
import {
  type MetricName,
  metricNames,
  type PairedQuery,
  type ScoredQuery,
  type Statistics,
  statisticsOf,
} from '../retrieval/index.ts'
import { readMetrics, runNames } from '../run/index.ts'

const score = z.number().nullish()
const querySchema = z.object({
  query: z.string(),
  identity: z.string(),
  ap: z.number(),
  apAtR: z.number(),
  inp: z.number(),
})
/** What intervals need beside; runs of an older rosette may lack it. */
const rankedSchema = querySchema.extend({
  encounter: z.string(),
  rank: z.int().min(1),
  positives: z.int().min(1),
  gallery: z.int().min(1),
})
const metricsSchema = z.looseObject({
  split: z.string(),
  photos: z.int().nullish(),
  queries: z.int().nullish(),
  ...Object.fromEntries(metricNames.map((name) => [name, score])),
  chance: z.partialRecord(z.enum(metricNames), z.number()).optional(),
  perQuery: z.array(z.looseObject(querySchema.shape)).nullish(),
})

/** The runs of several seeds as `summary.json` tells them: a `metrics.json` whose scores are means over the runs. */
export interface SeedsSummary extends Partial<Readonly<Record<MetricName, number | null>>> {
  readonly seeds: readonly number[]
  readonly split: string
  readonly photos: number | null
  readonly queries: number | null
  /** Sample standard deviation of each score over the seeds. */
  readonly deviation: Readonly<Partial<Record<MetricName, number>>>
  /** Each score of each seed. */
  readonly bySeed: Readonly<Partial<Record<MetricName, readonly number[]>>>
  readonly chance: Readonly<Partial<Record<MetricName, number>>> | null
  /** Of the means, by the individuals and encounters that were photographed; null where the runs do not tell how each query did. */
  readonly intervals: Statistics['intervals'] | null
  /** The means over seeds of each query's AP, AP@R and INP; null where the runs set no photos aside. */
  readonly perQuery: readonly PairedQuery[] | null
}

/** Mean and standard deviation of what finished runs measured of themselves. Scores are null where no photos were set aside. */
export function summariseSeeds(seeds: readonly number[], runs: readonly string[]): SeedsSummary {
  const told = runs.map((run) => readMetrics(join(run, runNames.metrics), metricsSchema))
  const [first] = told
  const measured = metricNames.flatMap((name) => {
    const values = told.flatMap((metrics) => (typeof metrics[name] === 'number' ? [metrics[name]] : []))
    return values.length === runs.length ? [[name, values] as const] : []
  })
  const of = (reduce: (values: readonly number[]) => number): Partial<Record<MetricName, number>> =>
    Object.fromEntries(measured.map(([name, values]) => [name, reduce(values)]))
  const nothing = Object.fromEntries(['rank1', 'map', 'identityBalancedMap'].map((name) => [name, null]))
  return {
    seeds,
    split: first!.split,
    photos: first!.photos ?? null,
    queries: first!.queries ?? null,
    ...nothing,
    ...of(mean),
    deviation: of(standardDeviation),
    bySeed: Object.fromEntries(measured),
    chance: first!.chance ?? null,
    intervals: intervalsOf(told.map(({ perQuery }) => perQuery ?? [])),
    perQuery: averagedQueries(told.map(({ perQuery }) => perQuery ?? [])),
  }
}

/** The queries of all runs together have the mean scores of the runs: one resample draws the same individuals of each. */
function intervalsOf(lists: readonly (readonly unknown[])[]): Statistics['intervals'] | null {
  const read = z.array(rankedSchema).safeParse(lists.flat())
  if (read.data === undefined || read.data.length === 0) return null
  const rowOf = new Map<string, number>()
  const queries = read.data.map(({ query, rank: firstMatch, ...told }): ScoredQuery => {
    if (!rowOf.has(query)) rowOf.set(query, rowOf.size)
    return { ...told, query: rowOf.get(query)!, firstMatch }
  })
  return statisticsOf(queries).intervals
}

/** Of the queries that every run has scored. */
function averagedQueries(lists: readonly (readonly z.output<typeof querySchema>[])[]): PairedQuery[] | null {
  const [first = [], ...others] = lists
  const byName = others.map((list) => new Map(list.map((query) => [query.query, query])))
  const averaged = first.flatMap((query) => {
    const same = [query, ...byName.flatMap((names) => names.get(query.query) ?? [])]
    if (same.length !== lists.length) return []
    const average = (name: 'ap' | 'apAtR' | 'inp') => mean(same.map((one) => one[name]))
    const { query: name, identity } = query
    return [{ query: name, identity, ap: average('ap'), apAtR: average('apAtR'), inp: average('inp') }]
  })
  return averaged.length === 0 ? null : averaged
}
