import { invariant, type PackedError, packError } from '../base/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'
import { openLanes } from './lanes.ts'
import type { Session, SessionOptions } from './session.ts'

/** What the process that started this one asks for: a model once, runs of it, and an end. */
export type ChildRequest =
  | {
      readonly kind: 'open'
      readonly model: Uint8Array | string
      /** One a lane. */
      readonly options: readonly SessionOptions[]
      readonly memoryLimitBytes: number | undefined
    }
  | { readonly kind: 'run'; readonly id: number; readonly feeds: Tensors }
  | { readonly kind: 'release' }

export type ChildReply =
  | ({ readonly kind: 'opened' } & Pick<Session, 'inputs' | 'outputs' | 'lanes'>)
  | { readonly kind: 'done'; readonly id: number; readonly results: Readonly<Record<string, Tensor>> }
  /** Without an `id` it is the model that could not be opened. */
  | { readonly kind: 'failed'; readonly id?: number; readonly error: PackedError }
  /** The last word of a child that has grown beyond its limit. */
  | { readonly kind: 'tooLarge' }

/** A model that fills gigabytes does so in tenths of seconds. */
const lookEveryMs = 20

invariant(process.send !== undefined, 'runtime/child runs in a process of its own')

// Whoever started this process decides when it ends; a terminal sends its signals to both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('disconnect', endAtOnce)
process.on('message', (request: ChildRequest) => {
  answer(request).catch((error: unknown) => post({ kind: 'failed', error: packError(error) }))
})

let session: Session | undefined

async function answer(request: ChildRequest): Promise<void> {
  switch (request.kind) {
    case 'open': {
      if (request.memoryLimitBytes !== undefined) watchMemory(request.memoryLimitBytes)
      session = await openLanes(request.model, request.options)
      const { inputs, outputs, lanes } = session
      return post({ kind: 'opened', inputs, outputs, lanes })
    }
    case 'run': {
      const { id, feeds } = request
      invariant(session !== undefined, 'a run before its model was opened')
      return session.run(feeds).then(
        (results) => post({ kind: 'done', id, results }),
        (error: unknown) => post({ kind: 'failed', id, error: packError(error) }),
      )
    }
    case 'release':
      await session?.release()
      process.off('disconnect', endAtOnce)
      return process.disconnect()
  }
}

/** The lanes do the work: this thread is free to look. */
function watchMemory(limitBytes: number): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > limitBytes) post({ kind: 'tooLarge' }, endAtOnce)
  }, lookEveryMs).unref()
}

/** Where nobody listens any more, `disconnect` says so. */
function post(reply: ChildReply, sent: () => void = () => {}): void {
  process.send?.(reply, undefined, undefined, sent)
}

/** Without a tidy end, which would break off the threads of ONNX Runtime and wait for them. */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL')
}
