import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { InputError, parseStrictly, writeFileAtomic } from '../base/index.ts'

const stepSchema = z.object({
  kind: z.literal('step'),
  /** Steps done, this one included. */
  step: z.int(),
  epoch: z.int(),
  loss: z.number(),
  gradientNorm: z.number(),
  learningRate: z.number(),
  elapsedMs: z.number(),
})

const validationSchema = z.object({
  kind: z.literal('validation'),
  step: z.int(),
  epoch: z.int(),
  rank1: z.number(),
  map: z.number(),
  identityBalancedMap: z.number(),
})

const entrySchema = z.discriminatedUnion('kind', [stepSchema, validationSchema])

export type StepEntry = Readonly<z.output<typeof stepSchema>>
export type ValidationEntry = Readonly<z.output<typeof validationSchema>>
export type LogEntry = StepEntry | ValidationEntry

/** Appends a line to log.jsonl. */
export function appendLog(path: string, entry: LogEntry): void {
  appendFileSync(path, `${JSON.stringify(entry)}\n`)
}

/** The entries of a log; a last line cut short by a crash is left out. @throws InputError naming a line that is no entry. */
export function readLog(path: string): LogEntry[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  lines.pop() // what no line end follows: nothing, or what a crash cut
  return lines.map((line, i) => parseEntry(line, `${path}: line ${i + 1}`))
}

function parseEntry(line: string, where: string): LogEntry {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    throw new InputError(`${where}: not JSON`)
  }
  return parseStrictly(entrySchema, json, where)
}

/** Drops what a resumed run will do again: entries after `step`. */
export function rewindLog(path: string, step: number): void {
  const kept = readLog(path).filter((entry) => entry.step <= step)
  writeFileAtomic(path, kept.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
}
