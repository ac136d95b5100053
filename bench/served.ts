import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'

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

/** A process that prepares itself, warms up when asked, and then runs one step when asked. */
export class Served {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  #isBuilt = false
  /** The end of what it said beside its answers. */
  #said = ''

  /** What it says beside its answers goes to `complaints`. */
  constructor(
    command: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    complaints: Writable = process.stderr,
  ) {
    this.#child = spawn(command, args, { env: { ...process.env, ...environment } })
    this.#child.on('error', ({ message }) => {
      this.#said = message
      complaints.write(`${message}\n`)
    })
    this.#child.stdin.on('error', () => {}) // it may end before it has read
    this.#child.stderr.pipe(complaints, { end: false })
    this.#child.stderr.on('data', (text) => {
      this.#said = `${this.#said}${text}`.slice(-2000)
    })
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** Its graph is made, and nothing was computed yet. */
  async built(): Promise<void> {
    while (!this.#isBuilt) this.#isBuilt = (await this.#line()) === 'built'
  }

  /** Its first steps are behind it. */
  async ready(): Promise<void> {
    await this.built()
    this.#child.stdin.write('warm\n')
    while ((await this.#line()) !== 'ready');
  }

  /** Milliseconds of a step. */
  async step(): Promise<number> {
    this.#child.stdin.write('step\n')
    return Number(await this.#line())
  }

  async summary(): Promise<Summary> {
    this.#child.stdin.end('quit\n')
    return JSON.parse(await this.#line()) as Summary
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (done === true)
      throw new Error(['it ended early', this.#said.trim().split('\n').at(-1)].filter(Boolean).join(': '))
    return value
  }
}
