import type { Scores } from '../retrieval/index.ts'
import type { StepEntry, ValidationEntry } from '../run/index.ts'
import type { Estimate } from './estimate.ts'

/** What a run tells while it goes. */
export type TrainEvent =
  | { readonly kind: 'warning'; readonly text: string }
  | {
      readonly kind: 'start'
      readonly estimate: Estimate
      readonly firstStep: number
      readonly totalSteps: number
      readonly stepsPerEpoch: number
      readonly batchSize: number
      /** The margin of the loss is not whole from the first step on, and adds to it as it grows. */
      readonly marginGrows: boolean
    }
  | (StepEntry & { readonly imagesPerSecond: number; readonly remainingMs: number; readonly totalSteps: number })
  | (ValidationEntry & {
      readonly best: boolean
      /** What a random order reaches on the same photos. */
      readonly chance: Pick<Scores, 'rank1' | 'identityBalancedRank1' | 'map' | 'identityBalancedMap'>
    })
  | { readonly kind: 'export' }

/** How a run talks with who started it. */
export interface Control {
  readonly emit: (event: TrainEvent) => void
  /** Asked after every step and every batch that is measured: true saves and ends the run. */
  readonly shouldStop: () => boolean
}

/** How a run ended: whether all of its steps were done, and how many. */
export interface Outcome {
  readonly finished: boolean
  readonly step: number
  readonly totalSteps: number
}
