import type { TrainConfig } from '../run/index.ts'
import { freezeStages } from './freeze.ts'
import { stepGraph } from './step.ts'
import type { StepPlan } from './updates.ts'

/** The step's graph for a run's config and identities; of the last stage, unless told what is frozen. */
export function planOf(
  { config, classes }: { readonly config: TrainConfig; readonly classes: readonly string[] },
  frozen: readonly number[] = freezeStages(config, 0).map((stage) => stage.frozen),
): StepPlan {
  const { widthPx, heightPx } = config.image
  return stepGraph({ ...config, identities: classes.length, widthPx, heightPx, frozen })
}
