import { appendFileSync, existsSync } from 'node:fs'
import * as z from 'zod'
import {
  check,
  counted,
  InputError,
  messageOf,
  naming,
  parseJson,
  parseStrictly,
  readRegular,
  sealOfJson,
  writeFileAtomic,
} from '../base/index.ts'

const stepSchema = z.object({
  kind: z.literal('step'),
  /** Steps done, this one included. */
  step: z.int(),
  epoch: z.int(),
  loss: z.number(),
  /** Before clipping; null where it was infinite or NaN, and the step skipped. */
  gradientNorm: z.number().nullable(),
  learningRate: z.number(),
  /**
   * Share of the loss's margin that was in force, from 0 to 1: the loss of a step with more of it is larger. Not told for a loss
   * without a margin, nor in logs of version 0.1.
   */
  marginShare: z.number().optional(),
  elapsedMs: z.number(),
  /** In float16: what the loss was multiplied by before it was differentiated. */
  lossScale: z.number().optional(),
  /** There where the gradients were no numbers in float16: the step left everything as it was, and the scale is smaller from then on. */
  skipped: z.literal(true).optional(),
})

const validationSchema = z.object({
  kind: z.literal('validation'),
  step: z.int(),
  epoch: z.int(),
  rank1: z.number(),
  /** Not told in older logs. */
  identityBalancedRank1: z.number().optional(),
  map: z.number(),
  identityBalancedMap: z.number(),
  /** With a curriculum: the individuals that were hardest to find, and those that were taken for each other most, from which it draws. */
  hardest: z.array(z.string()).optional(),
  confused: z.array(z.tuple([z.string(), z.string()])).optional(),
})

const entrySchema = z.discriminatedUnion('kind', [stepSchema, validationSchema])

/** One training step as log.jsonl has it. */
export type StepEntry = Readonly<z.output<typeof stepSchema>>
/** The scores of one validation, each from 0 to 1, as log.jsonl has them. */
export type ValidationEntry = Readonly<z.output<typeof validationSchema>>
/** A line of log.jsonl: a step or a validation, by `kind`. */
export type LogEntry = StepEntry | ValidationEntry

/** Appends an entry to log.jsonl, as one line of JSON that ends in its own check. */
export function appendLog(path: string, entry: LogEntry): void {
  naming(path, () => appendFileSync(path, lineOf(entry)))
}

/** `{…,"check":"1f0c22ab"}`: each line by itself, so that a killed writer spoils no other. */
function lineOf(entry: LogEntry): string {
  return `${JSON.stringify({ ...entry, check: checkOf(entry) })}\n`
}

/** The first 32 bits of the SHA-256 of what a line says before it. */
function checkOf(content: object): string {
  return sealOfJson(content).slice(0, 8)
}

/** A log as it was found. */
export interface ScannedLog {
  readonly entries: readonly LogEntry[]
  /** One for each line that is no entry, as `FILE: line N: what`. */
  readonly problems: readonly string[]
}

/** The entries of a log, and which lines are none; a last line cut short by a crash is neither. */
export function scanLog(path: string): ScannedLog {
  if (!existsSync(path)) return { entries: [], problems: [] }
  const lines = readRegular(path, 'text').toString('utf8').split('\n')
  lines.pop() // what no line end follows: nothing, or what a crash cut
  const found = lines.map((line, i) => parseEntry(line, `${path}: line ${i + 1}`))
  return {
    entries: found.filter((line) => typeof line !== 'string'),
    problems: found.filter((line) => typeof line === 'string'),
  }
}

/**
 * All entries of a log; a last line that a crash cut short is passed over. @throws InputError naming a line that is
 * no entry.
 */
export function readLog(path: string): LogEntry[] {
  const { entries, problems } = scanLog(path)
  if (problems[0] !== undefined) throw new InputError(problems[0])
  return [...entries]
}

/** An entry, or what is wrong with the line; lines of older versions have no check. */
function parseEntry(line: string, where: string): LogEntry | string {
  if (/^\0+/.test(line)) return `${where}: holds zeros, as a power cut leaves them`
  try {
    const { check: told, ...content } = parseStrictly(z.looseObject({}), parseJson(line, where), where)
    const entry = parseStrictly(entrySchema, content, where)
    check(
      told === undefined || told === checkOf(content),
      `${where}: check: does not fit what the line says: it was edited or damaged`,
    )
    return entry
  } catch (error) {
    return messageOf(error)
  }
}

/**
 * Drops what a resumed run will do again: entries after `step`, and where that is `unmeasured` its validation. Tells what else the log has lost: lines that are no entries, which it drops
 * too, and steps up to `step` that are missing.
 */
export function rewindLog(path: string, step: number, unmeasured = false): string[] {
  const { entries, problems } = scanLog(path)
  const comes = (entry: LogEntry) =>
    entry.step > step || (unmeasured && entry.kind === 'validation' && entry.step === step)
  const kept = entries.filter((entry) => !comes(entry))
  writeFileAtomic(path, kept.map(lineOf).join(''))
  const there = new Set(kept.filter(({ kind }) => kind === 'step').map((entry) => entry.step))
  const missing = Array.from({ length: step }, (_, i) => i + 1).filter((n) => !there.has(n))
  const dropped = problems.map((problem) => `${problem}; the line is left out`)
  if (missing.length === 0) return dropped
  return [...dropped, `${path}: has lost ${ranges(missing)}; the run goes on from step ${step}, its curves have a gap`]
}

/** `step 3`, `steps 3 to 7 and 9`. */
function ranges(steps: readonly number[]): string {
  const runs: [number, number][] = []
  for (const step of steps) {
    const last = runs.at(-1)
    if (last?.[1] === step - 1) last[1] = step
    else runs.push([step, step])
  }
  const words = runs.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`))
  const more = words.length > 4 ? [`${counted(words.length - 3, 'more stretch', 'more stretches')}`] : []
  const shown = more.length > 0 ? [...words.slice(0, 3), ...more] : words
  const list = shown.length === 1 ? shown[0]! : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
  return `${steps.length === 1 ? 'step' : 'steps'} ${list}`
}
