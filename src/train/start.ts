import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkpointPath, loadCheckpoint, type Position, rewindLog, runNames, type StateTensors } from '../run/index.ts'
import type { TrainJob } from './job.ts'
import { loadPretrained } from './pretrained.ts'
import { initialState, lossScaleStart } from './state.ts'
import type { StepPlan } from './updates.ts'

/** A run's tensors, and where it stands. */
export interface Start {
  readonly state: StateTensors
  readonly position: Position
  /** What its log has lost. */
  readonly lost: readonly string[]
}

/** Where the run begins: its last checkpoint, pretrained weights, or random numbers. */
export async function startOf(job: TrainJob, plan: StepPlan): Promise<Start> {
  const seed = `${job.seed}`
  const last = checkpointPath(job.run, 'last')
  const log = join(job.run, runNames.log)
  const fresh = { step: 0, best: null, firstLoss: null }
  if (job.resume && existsSync(last)) {
    const { state, position } = loadCheckpoint(last, initialState(plan, seed), lossScaleStart(plan))
    return { state, position, lost: rewindLog(log, position.step, position.unmeasured) }
  }
  const lost = job.resume ? rewindLog(log, -1) : [] // it begins anew, its first measurement too
  const given = job.weightsPath === null ? undefined : await loadPretrained(job.weightsPath, plan.params, job.config)
  return { state: initialState(plan, seed, given?.tensors), position: fresh, lost }
}
