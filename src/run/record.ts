import { join } from 'node:path'
import { z } from 'zod'
import { parseStrictly, readJson, writeFileAtomic } from '../base/index.ts'

const count = z.int().min(0)

const runRecordSchema = z.object({
  rosette: z.string(),
  /** Null where rosette does not run from a clone. */
  commit: z.string().nullable(),
  seed: count,
  data: z.string(),
  /** How `data` was read, so that resuming reads it alike. */
  reading: z
    .object({
      images: z.string().optional(),
      columns: z.record(z.string(), z.string()).optional(),
      unidentified: z.array(z.string()).optional(),
      mergeSimilarLabels: z.boolean().optional(),
      boxFormat: z.enum(['xywh', 'xyxy', 'cxcywh']).optional(),
      skipUnreadable: z.boolean().optional(),
      limitPixels: count.optional(),
    })
    .default({}),
  dataHash: z.string(),
  splitHash: z.string(),
  identities: z.array(z.string()),
  photos: z.object({ train: count, validation: count, skipped: count }),
  /** The pretrained weights that were loaded; null where the run began from random numbers. */
  weights: z.object({ file: z.string(), sha256: z.string() }).nullable().default(null),
  environment: z.object({ threads: z.int().positive() }).catchall(z.union([z.string(), z.number()])),
  started: z.string(),
})

/** What a run records of itself before its first step. */
export type RunRecord = z.output<typeof runRecordSchema>

/** A run's run.json. @throws InputError naming the file and every mistake in it. */
export function readRecord(run: string): RunRecord {
  const path = join(run, 'run.json')
  return parseStrictly(runRecordSchema, readJson(path), path)
}

export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
}
