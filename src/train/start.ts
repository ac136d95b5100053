import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkpointPath, loadCheckpoint, type Position, rewindLog, type StateTensors } from '../run/index.ts'
import type { TrainJob } from './job.ts'
import { loadPretrained } from './pretrained.ts'
import { initialState } from './state.ts'
import type { StepPlan } from './updates.ts'

/** A run's tensors, and where it stands. */
export interface Start {
  readonly state: StateTensors
  readonly position: Position
}

/** Where the run begins: its last checkpoint, pretrained weights, or random numbers. */
export async function startOf(job: TrainJob, plan: StepPlan): Promise<Start> {
  const seed = `${job.seed}`
  const last = checkpointPath(job.run, 'last')
  const fresh = { step: 0, best: null, firstLoss: null }
  if (job.resume && existsSync(last)) {
    const { state, position } = loadCheckpoint(last, initialState(plan, seed))
    rewindLog(join(job.run, 'log.jsonl'), position.step)
    return { state, position }
  }
  if (job.resume) rewindLog(join(job.run, 'log.jsonl'), 0)
  const given = job.weightsPath === null ? undefined : await loadPretrained(job.weightsPath, plan.params, job.config)
  return { state: initialState(plan, seed, given?.tensors), position: fresh }
}
