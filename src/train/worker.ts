import { parentPort, workerData } from 'node:worker_threads'
import { invariant, type PackedError, packError } from '../base/index.ts'
import type { Outcome, TrainEvent } from './events.ts'
import type { TrainJob } from './job.ts'
import { runTraining } from './loop.ts'

/** What the main thread hands over: the job, and a flag that it sets to 1 to ask for a stop. */
export interface WorkerInput {
  readonly job: TrainJob
  readonly stop: SharedArrayBuffer
}

/** What comes back: events while it runs, then one end. */
export type WorkerMessage =
  | { readonly kind: 'event'; readonly event: TrainEvent }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly error: PackedError }

const port = parentPort
invariant(port !== null, 'train/worker.ts runs as a worker')
const { job, stop } = workerData as WorkerInput
const flag = new Int32Array(stop)
const post = (message: WorkerMessage) => port.postMessage(message)

try {
  const control = {
    emit: (event: TrainEvent) => post({ kind: 'event', event }),
    shouldStop: () => Atomics.load(flag, 0) === 1,
  }
  post({ kind: 'outcome', outcome: await runTraining(job, control) })
} catch (error) {
  post({ kind: 'failed', error: packError(error) })
}
