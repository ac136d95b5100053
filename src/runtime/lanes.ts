import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { unpackError } from '../base/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'
import type { LaneReply, LaneRequest, LaneStart } from './lane.ts'
import type { Session, SessionOptions } from './session.ts'

/** Compiled, or TypeScript sources under a test runner, which Node 20 cannot load into a worker. */
export const canOpenLanes = import.meta.url.endsWith('.js')

/** What all copies of a model's weights together may take. */
const mostBytes = 2 ** 28

/**
 * How many copies of a model of `weightBytes` work side by side, and with how many of `threads` each: as many as there are
 * threads, as long as their weights stay below 256 MB: what is opened takes some four times as much. Threads that share one run wait for each other at every operator, the
 * longer the further apart their cores are and the busier the machine; threads with a photo each never do (docs/engine.md).
 */
export function chooseLanes(
  weightBytes: number,
  threads: number = availableParallelism(),
): { readonly lanes: number; readonly threadsEach: number } {
  const lanes = Math.max(1, Math.min(threads, Math.floor(mostBytes / weightBytes)))
  return { lanes, threadsEach: Math.floor(threads / lanes) }
}

/** Opens a model in `count` threads of their own. @throws what opening it throws. */
export async function openLanes(model: Uint8Array | string, options: SessionOptions, count: number): Promise<Session> {
  const lanes = Array.from({ length: count }, (_, i) => new Lane(model, options, i === count - 1))
  try {
    const [first] = await Promise.all(lanes.map((lane) => lane.opened))
    return {
      ...first!,
      lanes: count,
      run: sideBySide(lanes.map((lane) => lane.run)),
      release: async () => {
        await Promise.all(lanes.map((lane) => lane.release()))
      },
    }
  } catch (error) {
    await Promise.all(lanes.map((lane) => lane.terminate()))
    throw error
  }
}

type Run = Session['run']

/** A run by whichever of `runs` is free, else by the first that will be. */
export function sideBySide(runs: readonly Run[]): Run {
  const free = [...runs]
  const waiting: ((run: Run) => void)[] = []
  return async (feeds, into) => {
    const run = free.pop() ?? (await new Promise<Run>((resolve) => waiting.push(resolve)))
    try {
      return await run(feeds, into)
    } finally {
      const next = waiting.shift()
      if (next === undefined) free.push(run)
      else next(run)
    }
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

  readonly run = async (feeds: Tensors, into: Tensors = {}): Promise<Record<string, Tensor>> => {
    const reply = this.#next()
    this.#worker.postMessage({ kind: 'run', feeds } satisfies LaneRequest)
    const done = await reply
    if (done.kind !== 'done') throw new Error('internal: a lane has not run')
    for (const [name, { data }] of Object.entries(into)) data.set(done.results[name]!.data as never)
    return { ...done.results, ...into }
  }

  async release(): Promise<void> {
    this.#worker.postMessage({ kind: 'release' } satisfies LaneRequest)
    await this.#exited
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
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
