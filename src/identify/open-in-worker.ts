import { Worker } from 'node:worker_threads'
import { unpackError } from '../base/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Embedder, EmbedderInfo, OpenModelOptions } from './embedder.ts'
import { openModelHere } from './open.ts'
import type { WorkerReply, WorkerRequest, WorkerStart } from './worker.ts'

/** Compiled, or TypeScript sources under a test runner, which Node 20 cannot load into a worker. */
const compiled = import.meta.url.endsWith('.js')

/**
 * Opens a model in a thread of its own, so that embedding, which ONNX Runtime does synchronously, leaves this one alive for
 * decoding, progress and Ctrl-C. Run from TypeScript sources it opens here. Release it: its thread keeps the process alive.
 * @throws as openModelHere does.
 */
export async function openModel(path: string, options: OpenModelOptions = {}): Promise<Embedder> {
  if (!compiled) return openModelHere(path, options)
  const start: WorkerStart = { path, options }
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: start })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const waiting = new Map<number, (reply: WorkerReply | Error) => void>()
  let ended: Error | undefined
  const end = (error: Error) => {
    ended ??= error
    for (const settle of waiting.values()) settle(ended)
    waiting.clear()
  }
  worker.on('error', end)
  worker.on('exit', () => end(new Error('internal: the model’s thread has ended')))
  try {
    const info = await opened(worker)
    worker.on('message', (reply: WorkerReply) => {
      if (reply.kind === 'opened' || reply.id === undefined) return
      waiting.get(reply.id)?.(reply)
      waiting.delete(reply.id)
    })
    let id = 0
    const ask = (kind: 'batch' | 'cells') => (pixels: Tensor<'uint8'>) =>
      new Promise<Float32Array>((resolve, reject) => {
        if (ended !== undefined) return reject(ended)
        waiting.set(++id, (reply) => {
          if (reply instanceof Error) reject(reply)
          else if (reply.kind === 'embedded') resolve(reply.data)
          else if (reply.kind === 'failed') reject(unpackError(reply.error))
        })
        const request: WorkerRequest = { kind, id, pixels: owned(pixels) }
        worker.postMessage(request, [request.pixels.data.buffer as ArrayBuffer])
      })
    return {
      ...info,
      batch: ask('batch'),
      ...(info.cellGrid === undefined ? {} : { cells: ask('cells') }),
      release: async () => {
        worker.postMessage({ kind: 'release' } satisfies WorkerRequest)
        await exited
      },
    }
  } catch (error) {
    await worker.terminate()
    throw error
  }
}

function opened(worker: Worker): Promise<EmbedderInfo> {
  return new Promise((resolve, reject) => {
    worker.once('message', (reply: WorkerReply) => {
      if (reply.kind === 'opened') resolve(reply.info)
      else if (reply.kind === 'failed') reject(unpackError(reply.error))
    })
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('internal: the model’s thread has ended')))
  })
}

/** A copy, whose memory can be handed over. */
function owned(pixels: Tensor<'uint8'>): Tensor<'uint8'> {
  return { ...pixels, data: pixels.data.slice() }
}
