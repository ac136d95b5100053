import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import type { Summary } from '../served.ts'

/** One process that is measured, and what its row says of it beforehand. */
export interface Part {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** What it is told on standard input. */
  readonly input?: string
  /** It is ended after so long; the parts after it are run all the same. */
  readonly limitS: number
  readonly labels: Labels
  /** The photos that it works through, where it does not say itself how fast it was. */
  readonly photos?: number
}

/** What a row of results says of a part. */
export interface Labels {
  readonly task: string
  readonly model: string
  readonly size: number
  readonly batch: number
  readonly precision: string
  /** Who: rosette on a device, or PyTorch and how. */
  readonly peer: string
}

/** How a part went. */
export interface Outcome {
  /** done, or why there are no numbers. */
  readonly state: string
  readonly seconds: number
  readonly summary?: Summary
}

/** Runs a part; all that it says goes into `logs/NAME.log`. Never throws: what went wrong is the outcome. */
export async function runPart(part: Part, logs: string, leftS: number): Promise<Outcome> {
  const limitS = Math.min(part.limitS, leftS)
  if (limitS < 1) return { state: 'left out: no time left', seconds: 0 }
  const began = performance.now()
  const log = createWriteStream(join(logs, `${part.name}.log`))
  const child = spawn(part.command, part.args, { env: { ...process.env, ...part.environment } })
  let [said, late] = ['', false]
  child.stdout.on('data', (text: Buffer) => {
    said += text
    log.write(text)
  })
  child.stderr.on('data', (text: Buffer) => log.write(text))
  child.stdin.on('error', () => {}) // it may end before it has read
  child.stdin.end(part.input ?? '')
  const timer = setTimeout(() => {
    late = true
    child.kill('SIGKILL')
  }, 1000 * limitS)
  const end = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code, signal) => resolve(code === 0 ? '' : `exit ${code ?? signal}`))
  })
  clearTimeout(timer)
  log.end()
  const seconds = (performance.now() - began) / 1000
  if (late) return { state: `stopped after ${limitS.toFixed(0)} s`, seconds }
  if (end !== '') return { state: `failed: ${end}`, seconds }
  const summary = summaryOf(said)
  return { state: 'done', seconds, ...(summary === undefined ? {} : { summary }) }
}

/** The last line, where it is a measured process's. */
function summaryOf(said: string): Summary | undefined {
  const line = said.trim().split('\n').at(-1) ?? ''
  return line.startsWith('{"peer"') ? (JSON.parse(line) as Summary) : undefined
}
