import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Pool, programFile, unpackError } from '../base/index.ts'
import { encodePng } from '../images/index.ts'
import type { PainterReply, PainterRequest } from './painter.ts'
import type { SyntheticPhoto } from './plan.ts'
import type { Studio } from './studio.ts'

/** Fewer photos are painted before other threads have begun. */
const fewest = 100

/** How photos are painted. */
export interface PaintOptions {
  /** Threads, each with an individual of its own; every processor unless given. The bytes do not depend on how many there are. */
  readonly threads?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A photo that is painted and encoded. */
export type Painted = (photo: SyntheticPhoto, png: Uint8Array) => void

/** Paints all photos of a studio, an individual at a time, as its coat is painted once. @throws the signal's reason. */
export async function paintAll(
  from: Studio,
  painted: Painted,
  { threads = availableParallelism(), signal }: PaintOptions,
): Promise<void> {
  if (threads === 1 || from.photos.length < fewest) return paintHere(from, painted, signal)
  const painters = Array.from({ length: Math.min(threads, from.names.length) }, () => new Painter(from))
  const stop = () => {
    for (const painter of painters) painter.end(signal?.reason)
  }
  signal?.addEventListener('abort', stop)
  try {
    signal?.throwIfAborted()
    const pool = new Pool(painters)
    await Promise.all(from.names.map((_, identity) => pool.use((painter) => painter.paint(identity, painted))))
  } finally {
    signal?.removeEventListener('abort', stop)
    await Promise.all(painters.map((painter) => painter.release()))
  }
}

/** In this thread; a few photos are encoded while the next is painted. */
async function paintHere(from: Studio, painted: Painted, signal: AbortSignal | undefined): Promise<void> {
  const order = [...from.photos].sort((a, b) => a.identity - b.identity) // each coat is painted once
  const inFlight = new Set<Promise<void>>()
  for (const photo of order) {
    signal?.throwIfAborted()
    const encoding = encodePng(from.render(photo)).then((png) => {
      painted(photo, png)
      inFlight.delete(encoding)
    })
    inFlight.add(encoding)
    // Also what lets timers and Ctrl-C in between two photos.
    if (inFlight.size >= 4) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
}

/** Why a painter paints no more. */
interface Ended {
  readonly reason: unknown
}

/** A thread that paints one individual at a time. */
class Painter {
  readonly #worker: Worker
  #painted: Painted = () => {}
  #settle: ((end?: Ended) => void) | undefined
  #ended: Ended | undefined

  constructor({ options }: Studio) {
    this.#worker = new Worker(fileURLToPath(programFile('painter', import.meta.url)), { workerData: options })
    this.#worker.on('message', (reply: PainterReply) => this.#reply(reply))
    this.#worker.on('error', (error) => this.end(error))
    this.#worker.on('exit', () => this.end(new Error('internal: a painter’s thread has ended')))
  }

  paint(identity: number, painted: Painted): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended.reason)
      this.#painted = painted
      this.#settle = (end) => (end === undefined ? resolve() : reject(end.reason))
      this.#worker.postMessage({ identity } satisfies PainterRequest)
    })
  }

  /** What it paints, and whatever it is asked for from now on, fails with this. */
  end(reason: unknown): void {
    this.#ended ??= { reason }
    this.#painted = () => {}
    this.#settle?.(this.#ended)
    this.#settle = undefined
  }

  async release(): Promise<void> {
    await this.#worker.terminate()
  }

  #reply(reply: PainterReply): void {
    switch (reply.kind) {
      case 'painted':
        try {
          return this.#painted(reply.photo, reply.png)
        } catch (error) {
          return this.end(error) // a full disk, for one
        }
      case 'failed':
        return this.end(unpackError(reply.error))
      case 'done':
        this.#settle?.()
        this.#settle = undefined
    }
  }
}
