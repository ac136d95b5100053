import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { writeFileAtomic } from '../base/index.ts'

export interface StepEntry {
  readonly kind: 'step'
  /** Steps done, this one included. */
  readonly step: number
  readonly epoch: number
  readonly loss: number
  readonly gradientNorm: number
  readonly learningRate: number
  readonly elapsedMs: number
}

export interface ValidationEntry {
  readonly kind: 'validation'
  readonly step: number
  readonly epoch: number
  readonly rank1: number
  readonly map: number
  readonly identityBalancedMap: number
}

export type LogEntry = StepEntry | ValidationEntry

/** Appends a line to log.jsonl. */
export function appendLog(path: string, entry: LogEntry): void {
  appendFileSync(path, `${JSON.stringify(entry)}\n`)
}

/** The entries of a log; a last line cut short by a crash is left out. */
export function readLog(path: string): LogEntry[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as LogEntry]
      } catch {
        return []
      }
    })
}

/** Drops what a resumed run will do again: entries after `step`. */
export function rewindLog(path: string, step: number): void {
  const kept = readLog(path).filter((entry) => entry.step <= step)
  writeFileAtomic(path, kept.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
}
