import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { check, checkThere, readRegular, readSealedJson, resolveBeside, writeSealedJson } from '../base/index.ts'
import { onnxFiles } from '../onnx/index.ts'
import { type CheckpointName, findCheckpoint, hasCheckpoints } from '../run/index.ts'
import { descriptionFile, readModelDescription } from './description.ts'
import { precisions, ttaModes } from './embedder.ts'
import { fusionMethods } from './ensemble.ts'
import { fingerprintOf } from './fingerprint.ts'
import { headModel, isHeadRun } from './head-run.ts'
import { findDescription } from './onnx-model.ts'

const memberSchema = z.strictObject({
  /** The plain name of a run folder, of a folder of `exportModel`, or of an ONNX file, in the ensemble's folder. */
  path: z.string().min(1),
  /** SHA-256 over weights and description: an ensemble whose member was trained further or replaced is another model. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256' }),
  weight: z.number().positive().default(1),
  checkpoint: z.enum(['best', 'last']).optional(),
  tta: z.enum(ttaModes).optional(),
  precision: z.enum(precisions).optional(),
})

const ensembleSchema = z.strictObject({
  format: z.literal('rosette-ensemble'),
  version: z.literal(1),
  name: z.string().min(1),
  method: z.enum(fusionMethods),
  members: z.array(memberSchema).min(1),
})

/** The file that makes a folder an ensemble. */
export const ensembleFile = 'ensemble.json'

/** What an `ensemble.json` says: how its members are fused, and of each where it lies, what it weighs and how it is opened. */
export type EnsembleRecord = Readonly<z.output<typeof ensembleSchema>>
/** A member as `ensemble.json` records it: its plain name, its seal, its weight and how it is opened. */
export type EnsembleMember = EnsembleRecord['members'][number]

/** A member before it is sealed. */
export type MemberToSeal = Omit<EnsembleMember, 'sha256' | 'weight'> & { readonly weight?: number | undefined }

/** True for a folder with an `ensemble.json`. */
export function isEnsemble(path: string): boolean {
  return existsSync(join(path, ensembleFile))
}

/** An ensemble's file, checked but for its members. @throws InputError where it was damaged or edited, naming every mistake, and a member that is no plain name. */
export function readEnsemble(folder: string): EnsembleRecord {
  const where = join(folder, ensembleFile)
  const hint = 'make the ensemble anew; or leave out its sha256, where you changed it yourself'
  const check = ({ members }: EnsembleRecord) => {
    for (const { path } of members) memberPath(folder, path)
  }
  return readSealedJson(where, ensembleSchema, { hint, mayLackSeal: true, check })
}

/** Where a member lies. @throws InputError for a name that leads out of the folder. */
export function memberPath(folder: string, path: string): string {
  return resolveBeside(join(folder, ensembleFile), path)
}

/**
 * Makes `folder`, in which the members lie already, an ensemble: reads and hashes them, then writes `ensemble.json`, whole or not at all.
 * @throws InputError for a member that is no model.
 */
export async function writeEnsemble(
  folder: string,
  { name, method, members }: Pick<EnsembleRecord, 'name' | 'method'> & { readonly members: readonly MemberToSeal[] },
): Promise<EnsembleRecord> {
  const sealed: EnsembleMember[] = []
  for (const member of members) {
    const sha256 = await sealOf(memberPath(folder, member.path), member.checkpoint)
    sealed.push({ ...member, sha256, weight: member.weight ?? 1 })
  }
  const record: EnsembleRecord = { format: 'rosette-ensemble', version: 1, name, method, members: sealed }
  writeSealedJson(join(folder, ensembleFile), record)
  return record
}

/** Where a member lies. @throws InputError where it does not. */
export function memberThere(folder: string, path: string): string {
  const member = memberPath(folder, path)
  check(existsSync(member), `${member}: missing, and ${join(folder, ensembleFile)} names it`)
  return member
}

/** @throws InputError where a member is not there, or is not the one that the ensemble was made of. */
export async function checkSeal(folder: string, { path, sha256, checkpoint }: EnsembleMember): Promise<void> {
  const member = memberThere(folder, path)
  const got = await sealOf(member, checkpoint)
  check(
    got === sha256,
    `${member}: is not the model that ${join(folder, ensembleFile)} was made of: expected SHA-256 ${sha256}, got ${got}`,
    'make the ensemble anew, and measure it again',
  )
}

/**
 * SHA-256 over a model's weights and description, whatever it is: the same for all precisions and averagings. An ensemble is what its file
 * says, which seals its members.
 */
export async function sealOf(path: string, checkpoint: CheckpointName | undefined): Promise<string> {
  if (isEnsemble(path))
    return createHash('sha256')
      .update(readRegular(join(path, ensembleFile), 'json'))
      .digest('hex')
  const { weights, description } = filesOf(path, checkpoint)
  return fingerprintOf(weights, description, {})
}

function filesOf(path: string, checkpoint: CheckpointName | undefined) {
  checkThere(path, 'model')
  if (!statSync(path).isDirectory()) return { weights: onnxFiles(path), description: findDescription(path) }
  const description = join(path, descriptionFile)
  check(existsSync(description), `${path}: no model: it has no ${descriptionFile}`)
  if (hasCheckpoints(path) && !isHeadRun(path)) {
    return { weights: [findCheckpoint(path, checkpoint).path], description }
  }
  const onnx = isHeadRun(path) ? headModel(path) : join(path, readModelDescription(description).model)
  return { weights: onnxFiles(onnx), description }
}
