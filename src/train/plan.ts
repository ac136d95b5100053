import type { TrainConfig } from '../run/index.ts'
import { freezeStages } from './freeze.ts'
import { type StepPrecision, stepGraph } from './step.ts'
import type { StepPlan, UpdateConfig } from './updates.ts'

/** What a run's steps are made of. */
export interface PlanOptions {
  readonly config: TrainConfig
  readonly classes: readonly string[]
  /** Training photos of each; one each unless given: a graph of the same shapes. */
  readonly photosPerIdentity?: readonly number[] | undefined
  /** What `auto` in the config means on the run's device. */
  readonly precision?: StepPrecision
}

/** What a stage of a run changes in its step, and what its device does. */
export interface StageOptions extends Pick<UpdateConfig, 'packed'> {
  /** Of each stage so far, the layers that are frozen; of the last stage unless given. */
  readonly frozen?: readonly number[]
}

/** The step's graph for a run's config and identities; of the last stage, unless told what is frozen. */
export function planOf(
  { config, classes, photosPerIdentity, precision = floats(config.precision) }: PlanOptions,
  { frozen = freezeStages(config, 0).map((stage) => stage.frozen), packed }: StageOptions = {},
): StepPlan {
  const { widthPx, heightPx } = config.image
  const stage = { frozen, packed, precision }
  return stepGraph({ ...config, ...stage, identities: classes.length, photosPerIdentity, widthPx, heightPx })
}

/** Where no device is chosen yet `auto` is float32: it needs the most memory. */
function floats(precision: TrainConfig['precision']): StepPrecision {
  return precision === 'auto' ? 'fp32' : precision
}
