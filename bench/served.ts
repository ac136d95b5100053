import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** What a measured process says of itself at its end. */
export interface Summary {
  readonly peer: string
  readonly torch?: string
  /** Images that pass the network together: rosette's. */
  readonly chunk?: number
  readonly images_per_s: number
  readonly step_ms: readonly number[]
  /** Processor time of each step: what load beside it changes least. */
  readonly cpu_ms?: readonly number[]
  readonly peak_rss_mb: number
}

/** A process that runs one step when asked. */
export class Served {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args)
    this.#child.stderr.pipe(process.stderr)
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  async ready(): Promise<void> {
    while ((await this.#line()) !== 'ready');
  }

  async step(): Promise<number> {
    this.#child.stdin.write('step\n')
    return Number(await this.#line())
  }

  async summary(): Promise<Summary> {
    this.#child.stdin.end('quit\n')
    return JSON.parse(await this.#line()) as Summary
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (done === true) throw new Error('the measured process ended early')
    return value
  }
}
