import { bootstrapIntervals, type Intervals } from './bootstrap.ts'
import type { Scores } from './metric-table.ts'
import type { QueryScore, ScoredQuery } from './query-score.ts'
import { chanceOf } from './scores-of.ts'

/** What a score must be read with: how it varies with the individuals, and what it is worth. */
export interface Statistics {
  /** What a random order reaches on the same queries and galleries. */
  readonly chance: Scores
  /** Drawn over individuals, and over encounters where these are known; null where there is one only. */
  readonly intervals: { readonly identity: Intervals | null; readonly encounter: Intervals | null }
}

/** Chance and 95 % intervals of the scores of these queries. */
export function statisticsOf(queries: readonly ScoredQuery[]): Statistics {
  const known = queries.some(({ encounter }) => encounter !== '')
  return {
    chance: chanceOf(queries),
    intervals: {
      identity: bootstrapIntervals(queries),
      encounter: known ? bootstrapIntervals(queries, { by: 'encounter' }) : null,
    },
  }
}

/** How one query did, by its photo's name: what a paired test of two models needs, as it stands in `metrics.json`. */
export interface QueryRecord {
  readonly query: string
  readonly identity: string
  /** Empty where it is not known. */
  readonly encounter: string
  readonly ap: number
  readonly apAtR: number
  readonly inp: number
  /** Of the first photo of its individual, from 1. */
  readonly rank: number
  /** Photos of its individual in its gallery, and all photos in it. */
  readonly positives: number
  readonly gallery: number
}

/** The scored queries under the names that `nameOf` has for their rows. */
export function queryRecords(queries: readonly QueryScore[], nameOf: (query: number) => string): QueryRecord[] {
  return queries.map(({ query, identity, encounter, ap, apAtR, inp, firstMatch, positives, gallery }) => ({
    query: nameOf(query),
    identity,
    encounter,
    ap,
    apAtR,
    inp,
    rank: firstMatch,
    positives,
    gallery,
  }))
}
