import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { check, optionText, parseJson, parseStrictly, writeFileAtomic } from '../base/index.ts'
import { bytesOf, encodeSafetensors, readSafetensors, sameShape, type Tensor } from '../tensor/index.ts'
import { checkpointFormat } from '../weights/index.ts'
import { runNames } from './names.ts'

/** All tensors of a run by name: parameters, statistics, and of what is trained `m/…`, `v/…`, and `ema/…` where weights are averaged. */
export type StateTensors = Readonly<Record<string, Tensor>>

const positionSchema = z.object({
  /** Steps done. */
  step: z.int().min(0),
  /** The best validation so far: identity-balanced mAP and the step after which it was measured. */
  best: z.object({ identityBalancedMap: z.number(), step: z.int().min(0) }).nullable(),
  /** The first step's loss, against which an explosion is told. */
  firstLoss: z.number().nullable(),
  /** There where the epoch that `step` ends is still to be measured: the run was asked to stop. */
  unmeasured: z.literal(true).optional(),
  /** Steps, counted from 0, that changed nothing: their gradients were no numbers in float16. The optimiser does not count them. */
  skipped: z.array(z.int().min(0)).optional(),
  /** What the last validation found hard, which the sampler follows (`curriculum`); individuals by the order of the record's. */
  difficulty: z
    .object({
      hardness: z.array(z.number()).readonly(),
      confused: z.array(z.tuple([z.int().min(0), z.int().min(0), z.int().min(1)]).readonly()).readonly(),
    })
    .optional(),
})

/** Where a run stands, beside its tensors. */
export type Position = Readonly<z.output<typeof positionSchema>>

/** The tensors and the position that a checkpoint holds. */
export interface Checkpoint {
  readonly state: StateTensors
  readonly position: Position
}

/** RUN/checkpoints/last.safetensors or best.safetensors, whether or not it is there. */
export function checkpointPath(run: string, which: 'last' | 'best'): string {
  return join(run, runNames.checkpoints, `${which}.safetensors`)
}

/** Writes a checkpoint: whole, or the one before stays. A hash of all that it says stands in it. */
export function saveCheckpoint(path: string, tensors: Iterable<readonly [string, Tensor]>, position: Position): void {
  const named = [...tensors]
  const text = JSON.stringify(position)
  const metadata = { format: checkpointFormat, position: text, sha256: contentHash(named, text) }
  writeFileAtomic(path, encodeSafetensors(named, metadata))
}

/**
 * A checkpoint as a training goes on from it: tensors of the same names and shapes as `like`; those of `otherwise` may be missing, and are then what it says.
 * @throws InputError naming the file and the tensor where it does not fit the state, and what to do where it is damaged.
 */
export function loadCheckpoint(path: string, like: StateTensors, otherwise: StateTensors = {}): Checkpoint {
  const { tensors, position } = readCheckpoint(path, withoutIt(path))
  const expected = Object.entries(like)
  for (const [name, { shape }] of expected) {
    const found = tensors.get(name) ?? otherwise[name]
    check(found !== undefined, `${path}: tensor '${name}' is missing`)
    check(sameShape(found.shape, shape), `${path}: tensor '${name}', expected [${shape}], got [${found.shape}]`)
  }
  check(position !== undefined, `${path}: not a checkpoint of a run`)
  return {
    state: Object.fromEntries(expected.map(([name]) => [name, tensors.get(name) ?? otherwise[name]!])),
    position: parsePosition(position, path),
  }
}

/**
 * All tensors of a checkpoint and its position, held against the hash in it. @throws InputError naming the file where
 * it is damaged, with `hint`.
 */
export function readCheckpoint(
  path: string,
  hint = otherCheckpoint(path),
): {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly position: string | undefined
} {
  const { tensors, metadata } = readSafetensors(path)
  const { position, sha256 } = metadata
  // what versions before wrote has no hash
  const found = sha256 === undefined ? undefined : contentHash(tensors, position ?? '')
  check(found === sha256, `${path}: is damaged: expected SHA-256 ${sha256} of what it holds, got ${found}`, hint)
  return { tensors, position }
}

function otherCheckpoint(path: string): string | undefined {
  const other = basename(path) === 'best.safetensors' ? 'last' : 'best'
  return existsSync(join(dirname(path), `${other}.safetensors`))
    ? `the run has another, ${optionText({ checkpoint: other })}`
    : 'train the run anew'
}

/** What a training does without one of its checkpoints: only `last` has what a step needs, and `best` is made of it at the end where there is none. */
function withoutIt(path: string): string {
  const resumed = '`train({ resume: true })`'
  if (basename(path) === 'best.safetensors')
    return `remove the file: ${resumed} then takes the last weights for the best`
  const best = existsSync(join(dirname(path), 'best.safetensors'))
  return `remove the file: ${resumed} then begins with the first step${best ? '; copy the run before that where its best weights are to be kept' : ''}`
}

/** SHA-256 of the position and of each tensor's name, type, shape and bytes, in the order of names. */
function contentHash(tensors: Iterable<readonly [string, Tensor]>, position: string): string {
  const hash = createHash('sha256').update(position)
  for (const [name, { dtype, shape, data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`\n${JSON.stringify([name, dtype, shape])}\n`).update(bytesOf(data))
  return hash.digest('hex')
}

function parsePosition(text: string, path: string): Position {
  const where = `${path}: position`
  return parseStrictly(positionSchema, parseJson(text, where), where)
}
