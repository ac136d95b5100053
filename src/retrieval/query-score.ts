import type { RankingScore } from './average-precision.ts'

/** How one query did, as far as its scores, their chance and their intervals need. */
export interface ScoredQuery extends RankingScore {
  /** Its index among the queries. */
  readonly query: number
  readonly identity: string
  /** Empty where it is not known. */
  readonly encounter: string
  /** Gallery photos it was ranked against. */
  readonly gallery: number
}

/** How one query did: average precision, ranks, and what it was ranked against. */
export interface QueryScore extends ScoredQuery {
  /** Gallery index of the photo at rank 1. */
  readonly nearest: number
  /** How many of its similarities another photo of its gallery has too. */
  readonly tied: number
}
