import { reidBackbone } from '../models/index.ts'
import type { TrainConfig } from '../run/index.ts'

/** From `fromStep` on the backbone's layers below `frozen`, counted from the input, keep their weights. */
export interface FreezeStage {
  readonly fromStep: number
  readonly frozen: number
}

/** The stages of a run, the first from step 0: `freeze`, then what `schedule.unfreeze` releases. */
export function freezeStages(
  { freeze, schedule, model }: Pick<TrainConfig, 'freeze' | 'schedule' | 'model'>,
  stepsPerEpoch: number,
): readonly FreezeStage[] {
  const first = { fromStep: 0, frozen: freeze === 'all' ? reidBackbone(model).layers + 1 : freeze }
  return [
    first,
    ...schedule.unfreeze.map(([epoch, frozen]) => ({ fromStep: Math.round(epoch * stepsPerEpoch), frozen })),
  ]
}

/** The stages that have begun at a step. */
export function stagesUntil(stages: readonly FreezeStage[], step: number): readonly FreezeStage[] {
  return stages.filter(({ fromStep }) => fromStep <= step)
}
