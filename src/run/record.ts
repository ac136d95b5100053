import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { parseStrictly, readJson, writeFileAtomic } from '../base/index.ts'
import { runNames } from './names.ts'
import { readingSchema } from './reading.ts'

const count = z.int().min(0)

const runRecordSchema = z.object({
  rosette: z.string(),
  /** Null where rosette does not run from a clone. */
  commit: z.string().nullable(),
  seed: count,
  data: z.string(),
  /** Where relative paths of this record start, as seen from the run. */
  workingFolder: z.string().optional(),
  /** How `data` was read: resuming, and whatever else reads the run's own data, reads it alike. */
  reading: readingSchema.default({}),
  dataHash: z.string(),
  splitHash: z.string(),
  identities: z.array(z.string()),
  photos: z.object({ train: count, validation: count, skipped: count.default(0) }),
  /** The pretrained weights that were loaded; null where the run began from random numbers. */
  weights: z.object({ file: z.string(), sha256: z.string() }).nullable().default(null),
  environment: z.object({ threads: z.int().positive() }).catchall(z.union([z.string(), z.number()])),
  started: z.string(),
  /** The settings of its first step, against which an edited config.json is told; older runs have none here. */
  config: z.unknown().optional(),
})

/** What a run records of itself before its first step. */
export type RunRecord = z.output<typeof runRecordSchema>

const partSchema = runRecordSchema.partial()

/** What there is of a record. */
export type PartOfRecord = z.output<typeof partSchema>

/** Reads a run's run.json, whole. @throws InputError naming the file and every mistake in it. */
export function readRecord(run: string): RunRecord {
  const path = join(run, runNames.record)
  return parseStrictly(runRecordSchema, readJson(path), path)
}

/** Of run.json what is there: runs that were copied in part, or written by hand, still tell what they know. */
export function readPartOfRecord(run: string): PartOfRecord {
  const path = join(run, runNames.record)
  return existsSync(path) ? parseStrictly(partSchema, readJson(path), path) : {}
}

/** Writes JSON with indents, whole or not at all, a line end behind it. */
export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
}
