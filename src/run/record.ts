import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { check, readSealedJson, writeFileAtomic, writeSealedJson } from '../base/index.ts'
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

/** What to do about a record that does not say what it should. */
export const recordHint = 'copy the run again from where `train()` wrote it: its run.json says this'

/** Reads a run's run.json, whole. @throws InputError naming the file and every mistake in it, or that it was edited or damaged. */
export function readRecord(run: string): RunRecord {
  const path = join(run, runNames.record)
  check(Object.keys(readAs(z.looseObject({}), path)).length > 0, `${path}: says nothing of the run`, recordHint)
  return readAs(runRecordSchema, path)
}

/** Of run.json what is there: runs that were copied in part, or written by hand, still tell what they know. */
export function readPartOfRecord(run: string): PartOfRecord {
  const path = join(run, runNames.record)
  return existsSync(path) ? readAs(partSchema, path) : {}
}

/** Writes a run's run.json, sealed by its own hash, whole or not at all. */
export function writeRecord(run: string, record: RunRecord): void {
  writeSealedJson(join(run, runNames.record), record)
}

const workingFolderSchema = z.looseObject({ workingFolder: z.string().optional() })

/** Copies a run's run.json into another folder; `moved` tells its working folder as it is seen from there. */
export function copyRecord(from: string, to: string, moved: (workingFolder: string) => string): void {
  const record = readAs(workingFolderSchema, join(from, runNames.record))
  const { workingFolder } = record
  const changed = workingFolder === undefined ? {} : { workingFolder: moved(workingFolder) }
  writeSealedJson(join(to, runNames.record), { ...record, ...changed })
}

function readAs<S extends z.ZodType>(schema: S, path: string): z.output<S> {
  const hint = 'copy the run again; where you changed it yourself, leave its sha256 out'
  return readSealedJson(path, schema, { hint, mayLackSeal: true })
}

/** Writes JSON with indents, whole or not at all, a line end behind it. */
export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
}
