import { Worker } from 'node:worker_threads'
import { check, programFile, unpackError } from '../base/index.ts'
import { RunLock } from '../run/index.ts'
import type { Outcome, TrainEvent } from './events.ts'
import { type PrepareEvent, prepareJob, type TrainOptions } from './job.ts'
import { runTraining } from './loop.ts'
import type { WorkerInput, WorkerMessage } from './worker.ts'

/** What to train, on what, and who listens. */
export interface TrainCallOptions extends Omit<TrainOptions, 'onProgress'> {
  readonly onEvent?: ((event: TrainEvent | PrepareEvent) => void) | undefined
  /** In this thread, which then does nothing else: for tests and small scripts. */
  readonly inThread?: boolean | undefined
}

/**
 * Trains a network: prepares the run folder, then runs in a worker thread so that the caller's stays free. When `signal` aborts,
 * the run saves its state and ends unfinished; `resume` goes on with it.
 * @throws InputError for anything wrong with data, config or folder, where another process writes the run, and where the loss explodes.
 */
export async function train(options: TrainCallOptions): Promise<Outcome> {
  checkGiven(options)
  const emit = options.onEvent ?? (() => {})
  const lock = new RunLock(options.out)
  try {
    return await trainLocked(options, lock, emit)
  } finally {
    lock.release()
  }
}

/** What JavaScript lets a caller forget. */
function checkGiven({ data, out }: { readonly data?: unknown; readonly out?: unknown }): void {
  const isPath = (value: unknown) => typeof value === 'string' && value !== ''
  check(isPath(data), `\`data\`: expected the path of photos, got ${shown(data)}`, 'a folder of photos, or a table')
  check(isPath(out), `\`out\`: expected the path of a run folder to write, got ${shown(out)}`)
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}

async function trainLocked(
  options: TrainCallOptions,
  lock: RunLock,
  emit: NonNullable<TrainCallOptions['onEvent']>,
): Promise<Outcome> {
  const job = await prepareJob({ ...options, onProgress: emit }, lock)
  if (options.inThread === true) return runTraining(job, { emit, shouldStop: () => options.signal?.aborted === true })
  const stop = new SharedArrayBuffer(4)
  const worker = new Worker(programFile('worker', import.meta.url), { workerData: { job, stop } satisfies WorkerInput })
  const ask = () => Atomics.store(new Int32Array(stop), 0, 1)
  if (options.signal?.aborted === true) ask()
  options.signal?.addEventListener('abort', ask)
  try {
    return await outcomeOf(worker, emit)
  } finally {
    options.signal?.removeEventListener('abort', ask)
    await worker.terminate()
  }
}

function outcomeOf(worker: Worker, emit: (event: TrainEvent) => void): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'event') emit(message.event)
      else if (message.kind === 'outcome') resolve(message.outcome)
      else reject(unpackError(message.error))
    })
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`internal: the training thread ended with code ${code}`)))
  })
}
