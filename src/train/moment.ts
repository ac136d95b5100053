import { cosineSchedule } from '../optim/index.ts'
import type { TrainConfig } from '../run/index.ts'

/** Where a step stands, and what its schedules say. */
export interface StepMoment {
  /** Steps done before it. */
  readonly step: number
  readonly learningRate: number
  /** Share of the margin that is in force, from 0 to 1. */
  readonly marginShare: number
}

/** How long a run is. */
export interface RunLength {
  readonly stepsPerEpoch: number
  readonly totalSteps: number
}

/** The schedules of a run's config at a step: warm-up and cosine of the learning rate, and the margin that grows. */
export function momentOf(
  step: number,
  { optimiser, schedule }: Pick<TrainConfig, 'optimiser' | 'schedule'>,
  { stepsPerEpoch, totalSteps }: RunLength,
): StepMoment {
  const { warmupEpochs, finalFraction, marginWarmupEpochs } = schedule
  const warmupSteps = Math.round(warmupEpochs * stepsPerEpoch)
  return {
    step,
    learningRate: optimiser.learningRate * cosineSchedule(step, totalSteps, { warmupSteps, finalFraction }),
    marginShare: marginShareAt(step / stepsPerEpoch, marginWarmupEpochs),
  }
}

/** The margin's share after `epochs`: it grows evenly and is whole from `warmupEpochs` on. */
function marginShareAt(epochs: number, warmupEpochs: number): number {
  return warmupEpochs === 0 ? 1 : Math.min(1, epochs / warmupEpochs)
}
