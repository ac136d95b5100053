import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { check, InputError, optionText, readSealedJson } from '../base/index.ts'
import type { BurstFindings, BurstThreshold, Leakage } from '../data/index.ts'
import { checkpointPath } from './checkpoint.ts'
import { runNames } from './names.ts'
import { readPartOfRecord, recordHint } from './record.ts'

/** Which weights of a run: those that were measured best, or those of its last step. */
export type CheckpointName = 'best' | 'last'

/** Which photos a run learned from and which it was measured on, by file name; and the hash of what it was given. */
export interface RunData {
  readonly dataHash: string
  readonly train: readonly string[]
  readonly validation: readonly string[]
  /** What it left out, as it could not be read. */
  readonly skipped: readonly string[]
  /** SHA-256 of the files of `train` and `validation`, in the same order; undefined for runs of a rosette that did not note them. */
  readonly contents?: Sides<string> | undefined
  /** Their lengths: a file of another length need not be read. */
  readonly bytes?: Sides<number> | undefined
  /** What the two sides share; undefined for runs of a rosette that did not look, and where nothing validates. */
  readonly leakage?: Leakage | undefined
  /** The bursts that were kept together, and by what limits they were found; undefined where another kind of split was taken. */
  readonly bursts?: BurstFindings | undefined
}

/** Something of each photo on both sides of a run's split. */
export interface Sides<T> {
  readonly train: readonly T[]
  readonly validation: readonly T[]
}

const count = z.int().min(0)
const leakageSchema = z.object({
  radius: count,
  train: count,
  validation: count,
  pairs: count,
  otherPairs: count,
  photos: count,
  encounters: count.nullable(),
  nearest: z.array(z.object({ train: z.string(), validation: z.string(), bits: count, sameIdentity: z.boolean() })),
}) satisfies z.ZodType<Leakage>

const found = { pairs: count, collisions: count, nearestCollision: z.number().optional() }
const hashKinds = ['difference hash', 'DCT hash', 'both hashes'] as const satisfies readonly BurstThreshold['kind'][]

/** How a file keeps the bursts that decided a split. */
export const burstsSchema = z.object({
  count,
  photos: count,
  thresholds: z.array(z.object({ kind: z.enum(hashKinds), radius: z.int().min(-1), ...found })).readonly(),
  likeness: z.object({ asked: z.number(), cosine: z.number(), ...found }).optional(),
  contradictions: count,
}) satisfies z.ZodType<BurstFindings>

const splitSchema = z.looseObject({
  train: z.array(z.string()),
  validation: z.array(z.string()),
  skipped: z.array(z.string()).default([]),
  contents: z.object({ train: z.array(z.string()), validation: z.array(z.string()) }).optional(),
  bytes: z.object({ train: z.array(z.number()), validation: z.array(z.number()) }).optional(),
  leakage: leakageSchema.optional(),
  bursts: burstsSchema.optional(),
})

/**
 * Which photos a run was trained and validated on, by name and, in newer runs, by content. @throws InputError naming
 * the file where one is missing, malformed, or was edited or damaged since it was written.
 */
export function readRunData(folder: string): RunData {
  const splitPath = join(folder, runNames.split)
  const { dataHash } = readPartOfRecord(folder)
  const path = join(folder, runNames.record)
  check(dataHash !== undefined, `${path}: does not say which photos the run was trained on (no dataHash)`, recordHint)
  const hint = 'copy the run again; where you changed it yourself, leave its sha256 out'
  return { dataHash, ...readSealedJson(splitPath, splitSchema, { hint, mayLackSeal: true }) }
}

/** The checkpoint asked for, else the best, else the last. @throws InputError where there is none. */
export function findCheckpoint(folder: string, which?: CheckpointName): { name: CheckpointName; path: string } {
  const pathOf = (name: CheckpointName) => checkpointPath(folder, name)
  const found = (which === undefined ? (['best', 'last'] as const) : [which]).find((name) => existsSync(pathOf(name)))
  if (found !== undefined) return { name: found, path: pathOf(found) }
  const other = which === undefined ? undefined : (['best', 'last'] as const).find((name) => existsSync(pathOf(name)))
  throw new InputError(
    `${folder}: no ${which === undefined ? '' : `'${which}' `}checkpoint`,
    other === undefined
      ? 'has its training finished an epoch yet?'
      : `there is '${other}': ${optionText({ checkpoint: other })}`,
  )
}
