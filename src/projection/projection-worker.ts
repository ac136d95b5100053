import { parentPort, workerData } from 'node:worker_threads'
import { invariant, type PackedError, packError } from '../base/index.ts'
import type { Points } from './points.ts'
import { type Projection, type ProjectionOptions, project } from './project.ts'

/** What the worker is started with. */
export interface ProjectionStart {
  readonly points: Points
  readonly options: ProjectionOptions
}

/** What comes back: progress, then one end. */
export type ProjectionMessage =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'projected'; readonly projection: Projection }
  | { readonly kind: 'failed'; readonly error: PackedError }

const messageEveryMs = 100

const port = parentPort
invariant(port !== null, 'projection/projection-worker.ts runs as a worker')
const { points, options } = workerData as ProjectionStart
const post = (message: ProjectionMessage) => port.postMessage(message)

let told = 0
try {
  const projection = project(points, options, (share) => {
    const now = performance.now()
    if (now - told < messageEveryMs) return
    told = now
    post({ kind: 'progress', share })
  })
  post({ kind: 'progress', share: 1 })
  post({ kind: 'projected', projection })
} catch (error) {
  post({ kind: 'failed', error: packError(error) })
}
