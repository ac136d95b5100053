import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { check, Pool, unpackError } from '../base/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'
import type { LaneReply, LaneRequest, LaneStart } from './lane.ts'
import type { Session, SessionOptions } from './session.ts'

/** Compiled, or TypeScript sources under a test runner, which Node 20 cannot load into a worker. */
export const canOpenLanes = import.meta.url.endsWith('.js')

/** What all copies of a model's weights together may take. */
const mostBytes = 2 ** 28

/**
 * The threads of each of the copies of a model of `weightBytes` that work side by side: one copy a thread, as long as the copies
 * together stay below 256 MiB, else the threads shared out among them. Threads that share one run wait for each other at every
 * operator, the longer the further apart their cores are and the busier the machine; threads with a photo each never do
 * (docs/engine.md).
 */
export function shareThreads(weightBytes: number, threads: number = availableParallelism()): readonly number[] {
  const lanes = Math.max(1, Math.min(threads, Math.floor(mostBytes / weightBytes)))
  return Array.from({ length: lanes }, (_, i) => Math.floor(threads / lanes) + Number(i < threads % lanes))
}

/**
 * Opens a model in a thread of its own for each of `options`. Bytes are handed over: the caller's are gone.
 * @throws what opening it throws.
 */
export async function openLanes(model: Uint8Array | string, options: readonly SessionOptions[]): Promise<Session> {
  const lanes = options.map((own, i) => new Lane(model, own, i === options.length - 1))
  let isReleased = false
  const release = async () => {
    isReleased = true
    await Promise.all(lanes.map((lane) => lane.release()))
  }
  try {
    const [first] = await Promise.all(lanes.map((lane) => lane.opened))
    const pool = new Pool(lanes)
    const run: Session['run'] = async (feeds, into) => {
      check(
        !isReleased,
        'a network that was released runs no more',
        'release it after the last photo, or open it again',
      )
      return pool.use((lane) => lane.run(feeds, into))
    }
    return { ...first!, lanes: lanes.length, run, release }
  } catch (error) {
    // A thread that is ended while ONNX Runtime opens its model takes the process with it.
    await Promise.allSettled(lanes.map((lane) => lane.opened))
    await release()
    throw error
  }
}

/** A model in a thread of its own, which does one run at a time. */
class Lane {
  readonly opened: Promise<Pick<Session, 'inputs' | 'outputs'>>
  readonly #worker: Worker
  readonly #exited: Promise<void>
  #settle: ((reply: LaneReply | Error) => void) | undefined
  #ended: Error | undefined

  constructor(model: Uint8Array | string, options: SessionOptions, last: boolean) {
    // the last one is given the bytes themselves
    const own = typeof model === 'string' || last ? model : model.slice()
    const start: LaneStart = { model: own, options }
    const transferList = typeof own === 'string' ? [] : [own.buffer as ArrayBuffer]
    this.#worker = new Worker(new URL('./lane.js', import.meta.url), { workerData: start, transferList })
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()))
    this.#worker.on('message', (reply: LaneReply) => this.#reply(reply))
    this.#worker.on('error', (error) => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('internal: a lane’s thread has ended')))
    this.opened = this.#next().then((reply) => {
      if (reply.kind !== 'opened') throw new Error('internal: a lane has not opened')
      return { inputs: reply.inputs, outputs: reply.outputs }
    })
    this.opened.catch(() => {}) // told by openLanes
  }

  async run(feeds: Tensors, into: Tensors = {}): Promise<Record<string, Tensor>> {
    const reply = this.#next()
    this.#worker.postMessage({ kind: 'run', feeds: owned(feeds) } satisfies LaneRequest)
    const done = await reply
    if (done.kind !== 'done') throw new Error('internal: a lane has not run')
    for (const [name, { data }] of Object.entries(into)) data.set(done.results[name]!.data as never)
    return { ...done.results, ...into }
  }

  async release(): Promise<void> {
    this.#worker.postMessage({ kind: 'release' } satisfies LaneRequest)
    await this.#exited
  }

  #next(): Promise<LaneReply> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended)
      this.#settle = (reply) => {
        if (reply instanceof Error) reject(reply)
        else if (reply.kind === 'failed') reject(unpackError(reply.error))
        else resolve(reply)
      }
    })
  }

  #reply(reply: LaneReply | Error): void {
    this.#settle?.(reply)
    this.#settle = undefined
  }

  #end(error: Error): void {
    this.#ended ??= error
    this.#reply(this.#ended)
  }
}

/** A part of a larger memory as a copy of its own: posting one posts the whole memory. */
function owned(feeds: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => {
      const isPart = feed.data.byteLength < feed.data.buffer.byteLength
      return [name, isPart ? ({ ...feed, data: feed.data.slice() } as Tensor) : feed]
    }),
  )
}
