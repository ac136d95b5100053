import { type ChildProcess, fork } from 'node:child_process'
import { totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { formatBytes, programFile, unpackError } from '../base/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'
import type { ChildReply, ChildRequest } from './child.ts'
import type { Session, SessionOptions } from './session.ts'

export interface ChildOptions {
  /** One a lane. */
  readonly options: readonly SessionOptions[]
  /** A process that grows larger is ended. Without it there is no limit. */
  readonly memoryLimitBytes?: number | undefined
  /**
   * An open file for what the process writes to standard error, which an error of its death tells otherwise. Node's pipes do not wait: of a
   * long log all is lost that comes faster than it is read.
   */
  readonly complaints?: number | undefined
}

/** A model has ended its process, or was ended with it. */
export class ModelDied extends Error {
  override readonly name = 'ModelDied'
  readonly hint: string | undefined
  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** Half of the memory that the machine has, or the container. */
export function memoryLimitDefault(): number {
  const container = process.constrainedMemory() // 0 where it is not known
  return Math.floor(Math.min(totalmem(), container > 0 ? container : Number.POSITIVE_INFINITY) / 2)
}

/**
 * Opens a model in lanes of a process of its own, whose death is an error here and whose memory is limited. The process ends with
 * `release`, and with this one however that ends.
 * @throws what opening it throws, and ModelDied; `run` too.
 */
export async function openInChild(
  model: Uint8Array | string,
  { options, memoryLimitBytes, complaints }: ChildOptions,
): Promise<Session> {
  const child = new Child(memoryLimitBytes, complaints)
  try {
    const { inputs, outputs, lanes } = await child.open({ kind: 'open', model, options, memoryLimitBytes })
    return { inputs, outputs, lanes, run: child.run, release: child.release }
  } catch (error) {
    await child.kill()
    throw error
  }
}

type Opened = Extract<ChildReply, { readonly kind: 'opened' }>

interface Waiting<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

class Child {
  readonly #process: ChildProcess
  readonly #ended: Promise<void>
  readonly #runs = new Map<number, Waiting<Readonly<Record<string, Tensor>>>>()
  readonly #limitBytes: number | undefined
  #opening: Waiting<Opened> | undefined
  #complaint = ''
  #death: Error | undefined
  #tooLarge = false
  #lastId = 0

  constructor(limitBytes: number | undefined, complaints: number | undefined) {
    this.#limitBytes = limitBytes
    this.#process = fork(fileURLToPath(programFile('child', import.meta.url)), [], {
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
      execArgv: [], // flags of this process are not for it
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', complaints ?? 'pipe', 'ipc'],
    })
    this.#process.stderr?.on('data', (text: Buffer) => {
      this.#complaint = `${this.#complaint}${text}`.slice(-2000)
    })
    this.#process.on('message', (reply: ChildReply) => this.#reply(reply))
    this.#ended = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(this.#die(error)))
      // its last words may come after its death
      const heard = new Promise<void>((done) => this.#process.once('disconnect', done))
      this.#process.once('close', async (code, signal) => {
        await heard
        resolve(this.#die(this.#deathBy(signal === null ? `ended with exit code ${code}` : `died of ${signal}`)))
      })
    })
  }

  open(request: ChildRequest): Promise<Opened> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject }
      this.#send(request)
    })
  }

  readonly run = async (feeds: Tensors, into: Tensors = {}): Promise<Record<string, Tensor>> => {
    const id = ++this.#lastId
    const results = await new Promise<Readonly<Record<string, Tensor>>>((resolve, reject) => {
      if (this.#death !== undefined) return reject(this.#death)
      this.#runs.set(id, { resolve, reject })
      this.#send({ kind: 'run', id, feeds })
    })
    for (const [name, { data }] of Object.entries(into)) data.set(results[name]!.data as never)
    return { ...results, ...into }
  }

  readonly release = async (): Promise<void> => {
    this.#send({ kind: 'release' })
    await this.#ended
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#ended
  }

  /** A child that is not there any more has told so, or will. */
  #send(request: ChildRequest): void {
    this.#process.send(request, () => {})
  }

  #reply(reply: ChildReply): void {
    switch (reply.kind) {
      case 'opened':
        return this.#opening?.resolve(reply)
      case 'done':
        this.#runs.get(reply.id)?.resolve(reply.results)
        this.#runs.delete(reply.id)
        return
      case 'failed': {
        const error = unpackError(reply.error)
        if (reply.id === undefined) return this.#opening?.reject(error)
        this.#runs.get(reply.id)?.reject(error)
        this.#runs.delete(reply.id)
        return
      }
      case 'tooLarge':
        this.#tooLarge = true
    }
  }

  #deathBy(end: string): Error {
    if (this.#tooLarge) {
      return new ModelDied(
        `it needs more than ${formatBytes(this.#limitBytes ?? 0)} of memory, the limit`,
        'fewer photos together need less; `memoryLimitBytes` raises the limit',
      )
    }
    const words = this.#complaint.trim().split('\n').at(-1) ?? ''
    return new ModelDied(`its process ${end}${words === '' ? '' : `: ${words}`}`)
  }

  #die(error: Error): void {
    this.#death ??= error
    for (const waiting of [this.#opening, ...this.#runs.values()]) waiting?.reject(this.#death)
    this.#runs.clear()
  }
}
