import { parentPort, workerData } from 'node:worker_threads'
import { invariant, type PackedError, packError } from '../base/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'
import { type OnnxPort, openSession, type Session, type SessionOptions } from './session.ts'

/** What a lane is started with. */
export interface LaneStart {
  /** Taken out once it is open: its bytes are not needed then. */
  model?: Uint8Array | string
  readonly options: SessionOptions
}

export type LaneRequest = { readonly kind: 'run'; readonly feeds: Tensors } | { readonly kind: 'release' }

export type LaneReply =
  | { readonly kind: 'opened'; readonly inputs: readonly OnnxPort[]; readonly outputs: readonly OnnxPort[] }
  | { readonly kind: 'done'; readonly results: Record<string, Tensor> }
  | { readonly kind: 'failed'; readonly error: PackedError }

invariant(parentPort !== null, 'runtime/lane runs in a worker thread')
const port = parentPort

try {
  const start = workerData as LaneStart
  const session = await openSession(start.model!, start.options)
  delete start.model
  serve(session)
} catch (error) {
  post({ kind: 'failed', error: packError(error) })
}

/** One request after the other: the next comes when this one has its reply. */
function serve(session: Session): void {
  port.on('message', async (request: LaneRequest) => {
    if (request.kind === 'release') {
      await session.release()
      port.close()
      return
    }
    try {
      const results = await session.run(request.feeds)
      const memory = new Set(Object.values(results).map(({ data }) => data.buffer as ArrayBuffer))
      post({ kind: 'done', results }, [...memory])
    } catch (error) {
      post({ kind: 'failed', error: packError(error) })
    }
  })
  post({ kind: 'opened', inputs: session.inputs, outputs: session.outputs })
}

function post(reply: LaneReply, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(reply, transfer)
}
