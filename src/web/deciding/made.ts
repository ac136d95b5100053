import type { DecidedPair } from '../../report/deciding-data.ts'

/** A step on the page: a decision, or null where one was taken back. */
export interface Made {
  readonly photo: string
  readonly other: string
  readonly decision: DecidedPair['decision'] | null
}

/** Where steps are kept between two visits. */
export interface Keeping {
  /** False once something could not be kept. */
  readonly works: boolean
  read(): readonly Made[]
  write(made: readonly Made[]): void
  /** Calls `listener` when the page wrote something in another window. */
  onOther(listener: () => void): void
}
