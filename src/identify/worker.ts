import { parentPort, workerData } from 'node:worker_threads'
import { invariant, type PackedError, packError } from '../base/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Embedder, EmbedderInfo, OpenModelOptions } from './embedder.ts'
import { openModelHere } from './open.ts'

/** What the worker is started with. */
export interface WorkerStart {
  readonly path: string
  readonly options: OpenModelOptions
}

export type WorkerRequest =
  | { readonly kind: 'batch' | 'cells'; readonly id: number; readonly pixels: Tensor<'uint8'> }
  | { readonly kind: 'release' }

export type WorkerReply =
  | { readonly kind: 'opened'; readonly info: EmbedderInfo }
  | { readonly kind: 'embedded'; readonly id: number; readonly data: Float32Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly id: number | undefined; readonly error: PackedError }

invariant(parentPort !== null, 'identify/worker runs in a worker thread')
const port = parentPort

try {
  const { path, options } = workerData as WorkerStart
  serve(await openModelHere(path, options))
} catch (error) {
  post({ kind: 'failed', id: undefined, error: packError(error) })
}

function serve(embedder: Embedder): void {
  const run = (kind: 'batch' | 'cells', pixels: Tensor<'uint8'>) => {
    if (kind === 'batch') return embedder.batch(pixels)
    invariant(embedder.cells !== undefined, 'asked for cells of a model that has none')
    return embedder.cells(pixels)
  }
  port.on('message', async (request: WorkerRequest) => {
    if (request.kind === 'release') {
      await embedder.release()
      port.close()
      return
    }
    try {
      const data = (await run(request.kind, request.pixels)) as Float32Array<ArrayBuffer>
      post({ kind: 'embedded', id: request.id, data }, [data.buffer])
    } catch (error) {
      post({ kind: 'failed', id: request.id, error: packError(error) })
    }
  })
  const { batch, cells, release, ...info } = embedder
  post({ kind: 'opened', info })
}

function post(reply: WorkerReply, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(reply, transfer)
}
