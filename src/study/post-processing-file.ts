import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { parseStrictly, readSealedJson, writeSealedJson } from '../base/index.ts'
import { averagings } from '../embedder/index.ts'
import { runNames } from '../run/index.ts'

const neighbours = z.int().min(1).max(1000)
const share = z.number().min(0).max(1)
const number = z.number()

const trickSchema = z.strictObject({
  tta: z.enum(averagings),
  postProcessing: z.strictObject({
    databaseAugmentation: z.strictObject({ k: neighbours }).optional(),
    queryExpansion: z.strictObject({ alpha: z.number().min(0).max(100), k: neighbours }).optional(),
    rerank: z.strictObject({ k1: neighbours, k2: neighbours, lambda: share }).optional(),
  }),
})

const gainSchema = z.strictObject({ difference: number, interval: z.tuple([number, number]).readonly() })

const contentSchema = z.strictObject({
  format: z.literal('rosette-postprocessing'),
  version: z.literal(1),
  /** SHA-256 of the model that it was tuned for: another one does not follow it. */
  model: z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256' }),
  /** Null where no trick won. */
  accepted: trickSchema.nullable(),
  evidence: z.strictObject({
    data: z.string(),
    /** Hash of names, labels and bytes of the photos. */
    dataHash: z.string(),
    protocol: z.string(),
    queries: z.int().min(0),
    individuals: z.int().min(0),
    candidates: z.int().min(0),
    /** Identity-balanced mAP without any. */
    baseline: share,
    /** Its 95 % interval over individuals, and what a random order reaches; files of before have neither, and one individual gives no interval. */
    baselineInterval: z.tuple([share, share]).readonly().optional(),
    chance: share.optional(),
    /** On individuals that did not choose. */
    confirmed: gainSchema,
    own: gainSchema,
    level: share,
    agreement: share,
  }),
})

/** What `postprocessing.json` says: what was accepted for which model, and on what evidence. */
export type PostProcessingRecord = Readonly<z.output<typeof contentSchema>>

/** Where what was accepted for a model lies: in the folder of its run, of its export, or of the ensemble. */
export function postProcessingPath(model: string): string {
  return join(model, runNames.postProcessing)
}

/** Writes the record, sealed by its own hash, whole or not at all. */
export function writePostProcessing(path: string, record: PostProcessingRecord): void {
  writeSealedJson(path, parseStrictly(contentSchema, record, path))
}

/** The record of a model's folder; undefined where there is none. @throws InputError for one that is damaged or was edited. */
export function readPostProcessing(path: string): PostProcessingRecord | undefined {
  if (!existsSync(path)) return undefined
  return readSealedJson(path, contentSchema, {
    hint: '`tuneModel()` writes it anew; options given by hand need no file',
  })
}
