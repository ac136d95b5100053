import { join } from 'node:path'
import { z } from 'zod'
import { check, InputError, messageOf, parseStrictly, writeFileAtomic } from '../base/index.ts'
import { encodeSafetensors, readSafetensors, sameShape, type Tensor } from '../tensor/index.ts'
import { checkpointFormat } from '../weights/index.ts'

/** All tensors of a run by name: parameters, statistics, and of what is trained `m/…`, `v/…`, and `ema/…` where weights are averaged. */
export type StateTensors = Readonly<Record<string, Tensor>>

const positionSchema = z.object({
  /** Steps done. */
  step: z.int().min(0),
  /** The best validation so far: identity-balanced mAP and the step after which it was measured. */
  best: z.object({ identityBalancedMap: z.number(), step: z.int().min(0) }).nullable(),
  /** The first step's loss, against which an explosion is told. */
  firstLoss: z.number().nullable(),
})

/** Where a run stands, beside its tensors. */
export type Position = Readonly<z.output<typeof positionSchema>>

export interface Checkpoint {
  readonly state: StateTensors
  readonly position: Position
}

export function checkpointPath(run: string, which: 'last' | 'best'): string {
  return join(run, 'checkpoints', `${which}.safetensors`)
}

/** Writes a checkpoint: whole, or the one before stays. */
export function saveCheckpoint(path: string, tensors: Iterable<readonly [string, Tensor]>, position: Position): void {
  writeFileAtomic(path, encodeSafetensors(tensors, { format: checkpointFormat, position: JSON.stringify(position) }))
}

/** Reads a checkpoint back. @throws InputError naming the file and the tensor where it does not fit the state. */
export function loadCheckpoint(path: string, like: StateTensors): Checkpoint {
  const { tensors, metadata } = readSafetensors(path)
  const expected = Object.entries(like)
  for (const [name, { shape }] of expected) {
    const found = tensors.get(name)
    check(found !== undefined, `${path}: tensor '${name}' is missing`)
    check(sameShape(found.shape, shape), `${path}: tensor '${name}', expected [${shape}], got [${found.shape}]`)
  }
  check(metadata.position !== undefined, `${path}: not a checkpoint of a run`)
  return {
    state: Object.fromEntries(expected.map(([name]) => [name, tensors.get(name)!])),
    position: parsePosition(metadata.position, path),
  }
}

function parsePosition(text: string, path: string): Position {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new InputError(`${path}: its position is not JSON (${messageOf(error)})`)
  }
  return parseStrictly(positionSchema, json, `${path}: position`)
}
