import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Pool } from '../../src/base/index.ts'
import { Served } from '../served.ts'
import type { Outcome, Part } from './part.ts'

/** Processes that do the same work, measured in turn: what the machine does meanwhile concerns them all alike. */
export interface Contest {
  readonly name: string
  readonly parts: readonly ContestPart[]
}

export interface ContestPart extends Part {
  /** How often it is timed. */
  readonly rounds: number
}

/** Contests that are made ready together. */
export interface ContestOptions {
  readonly logs: string
  /** Processes that are made ready at the same time. */
  readonly builders: number
  /** Seconds that are left for all of it. */
  readonly leftS: () => number
  readonly note: (part: ContestPart, outcome: Outcome) => void
}

/**
 * Makes the processes of all contests ready, some at a time: they read code, make graphs and compile. Nothing is timed meanwhile. Then warms up and times one
 * contest after the other, its parts round by round. Never throws: what went wrong with a part is its outcome.
 */
export async function runContests(contests: readonly Contest[], options: ContestOptions): Promise<void> {
  const runners = contests.map(({ parts }) => parts.map((part) => new Runner(part, options)))
  const builders = new Pool(Array(options.builders).keys())
  await Promise.all(runners.flat().map((runner) => builders.use(() => runner.build())))
  for (const own of runners) {
    for (const runner of own) await runner.warm()
    const rounds = Math.max(...own.map(({ part }) => part.rounds))
    for (let round = 0; round < rounds; round++)
      for (const runner of own) if (round < runner.part.rounds) await runner.time()
    for (const runner of own) options.note(runner.part, await runner.end())
  }
}

/** A part on its way; after a failure it does nothing more. */
class Runner {
  readonly part: ContestPart
  readonly #options: ContestOptions
  #process: Served | undefined
  #failure: string | undefined
  #seconds = 0

  constructor(part: ContestPart, options: ContestOptions) {
    this.part = part
    this.#options = options
  }

  build(): Promise<void> {
    return this.#within(this.part.limitS, () => {
      const log = createWriteStream(join(this.#options.logs, `${this.part.name}.log`))
      const { command, args, environment } = this.part
      this.#process = new Served(command, args, environment, log)
      return this.#process.built()
    })
  }

  warm(): Promise<void> {
    return this.#within(this.part.limitS, () => this.#process!.ready())
  }

  time(): Promise<void> {
    return this.#within(this.part.limitS, () => this.#process!.step())
  }

  async end(): Promise<Outcome> {
    let summary: Outcome['summary']
    await this.#within(this.part.limitS, async () => {
      summary = await this.#process!.summary()
    })
    this.#process?.kill()
    return {
      state: this.#failure ?? 'done',
      seconds: this.#seconds,
      ...(this.#failure === undefined && summary !== undefined ? { summary } : {}),
    }
  }

  async #within(limitS: number, work: () => Promise<unknown>): Promise<void> {
    if (this.#failure !== undefined) return
    const most = Math.min(limitS, this.#options.leftS())
    if (most < 1) return this.#fail('left out: no time left')
    const began = performance.now()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`stopped after ${most.toFixed(0)} s`)), 1000 * most)
    })
    try {
      await Promise.race([work(), late])
    } catch (error) {
      const { message } = error as Error
      this.#fail(message.startsWith('stopped') ? message : `failed: ${message}`)
    } finally {
      clearTimeout(timer)
      this.#seconds += (performance.now() - began) / 1000
    }
  }

  #fail(state: string): void {
    this.#failure = state
    this.#process?.kill()
  }
}
