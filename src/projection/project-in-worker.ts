import { Worker } from 'node:worker_threads'
import { programFile, unpackError } from '../base/index.ts'
import type { Points } from './points.ts'
import type { Projection, ProjectionOptions } from './project.ts'
import type { ProjectionMessage, ProjectionStart } from './projection-worker.ts'

/** How a projection in its own thread is watched and stopped. */
export interface ProjectionControl {
  /** How far it is, from 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined
  /** Ends the thread at once. */
  readonly signal?: AbortSignal | undefined
}

/**
 * `project` in a thread of its own: the caller's stays free. The points are copied.
 * @throws InputError as `project` does; the signal's reason when it aborts.
 */
export async function projectInWorker(
  points: Points,
  options: ProjectionOptions,
  { onProgress, signal }: ProjectionControl = {},
): Promise<Projection> {
  signal?.throwIfAborted()
  const data = points.data.slice() // its own memory: a view would take along all that it is a view of
  const start: ProjectionStart = { points: { ...points, data }, options }
  const worker = new Worker(programFile('projection-worker', import.meta.url), {
    workerData: start,
    transferList: [data.buffer],
  })
  let abort = () => {}
  try {
    return await new Promise<Projection>((resolve, reject) => {
      abort = () => reject(signal?.reason)
      signal?.addEventListener('abort', abort)
      worker.on('message', (message: ProjectionMessage) => {
        if (message.kind === 'progress') onProgress?.(message.share)
        else if (message.kind === 'projected') resolve(message.projection)
        else reject(unpackError(message.error))
      })
      worker.on('error', reject)
      worker.on('exit', (code) => reject(new Error(`internal: the projection's thread ended with code ${code}`)))
    })
  } finally {
    signal?.removeEventListener('abort', abort)
    await worker.terminate()
  }
}
