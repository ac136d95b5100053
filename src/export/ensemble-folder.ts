import { existsSync, statSync } from 'node:fs'
import { basename, extname, join, relative, resolve } from 'node:path'
import { check, checkThere, copyFileAtomic, makeFolder, StagedFolder } from '../base/index.ts'
import {
  checkNamedOnce,
  checkSameStart,
  checkWholeCv,
  descriptionFile,
  type EnsembleRecord,
  ensembleFile,
  findDescription,
  headModel,
  isEnsemble,
  isHeadRun,
  type MemberToSeal,
  readEnsemble,
  readModelDescription,
  writeEnsemble,
} from '../embedder/index.ts'
import { onnxFiles } from '../onnx/index.ts'
import { type CheckpointName, copyRecord, findCheckpoint, hasCheckpoints, isRunFolder, runNames } from '../run/index.ts'

/** A model that becomes a member, where it lies now, and how it is to be opened. */
export interface EnsembleSource extends Omit<MemberToSeal, 'path'> {
  readonly model: string
  /** The description of an .onnx file, where none lies beside it. */
  readonly modelConfig?: string | undefined
}

/** What an ensemble is made of, and where to. */
export interface EnsembleFolderOptions extends Pick<EnsembleRecord, 'name' | 'method'> {
  readonly folder: string
  readonly members: readonly EnsembleSource[]
}

/**
 * Writes an ensemble folder: copies of what opening each model reads (of a run its weights and what it tells of itself, no log), a folder
 * or a file each, and `ensemble.json`. The folder is complete or not there. It can be moved and sent as it is.
 * @throws InputError for a model that is none, for one that is an ensemble itself, and for one that is named twice.
 */
export async function writeEnsembleFolder(options: EnsembleFolderOptions): Promise<EnsembleRecord> {
  const { folder, members, name, method } = options
  checkNamedOnce(members)
  if (method === 'embeddings')
    checkSameStart(members.map(({ model }) => ({ source: model, run: isRunFolder(model) ? model : undefined })))
  const before = isEnsemble(folder) ? readEnsemble(folder).members.map(({ path }) => path) : []
  const isOwn = (path: string) => path === ensembleFile || before.includes(path.split('/', 1)[0]!)
  const staged = new StagedFolder(folder, isOwn)
  try {
    const copied = members.map(({ model, modelConfig, ...how }, i) => {
      const path = `${i + 1}-${basename(resolve(model))}`.replace(/[^\w.-]/g, '_')
      copyModel(model, staged.path, { path, home: join(folder, path), checkpoint: how.checkpoint, modelConfig })
      return { ...how, path }
    })
    const record = await writeEnsemble(staged.path, { name, method, members: copied })
    staged.commit()
    return record
  } finally {
    staged.discard()
  }
}

interface Place {
  /** The member's name in the ensemble. */
  readonly path: string
  /** Where it will lie. */
  readonly home: string
  readonly checkpoint: CheckpointName | undefined
  readonly modelConfig: string | undefined
}

function copyModel(model: string, ensemble: string, { path, home, checkpoint, modelConfig }: Place): void {
  checkThere(model, 'model', { hint: 'a run folder, a folder of `exportModel()`, or an .onnx file' })
  const target = join(ensemble, path)
  if (!statSync(model).isDirectory()) {
    check(extname(model).toLowerCase() === '.onnx', `${model}: expected a run folder or an .onnx file`)
    return copyOnnx(model, findDescription(model, modelConfig), target, modelConfig !== undefined)
  }
  check(!isEnsemble(model), `${model}: is an ensemble, and cannot be a member of another`, 'name its members')
  checkWholeCv(model)
  const description = join(model, descriptionFile)
  check(existsSync(description), `${model}: no model: it has no ${descriptionFile}`)
  const isRun = hasCheckpoints(model)
  const onnx = isRun ? headOf(model) : join(model, readModelDescription(description).model)
  const weights = onnx === undefined ? [findCheckpoint(model, checkpoint).path] : onnxFiles(onnx)
  const told = [descriptionFile, runNames.config, runNames.split, runNames.metrics]
    .map((name) => join(model, name))
    .filter((file) => existsSync(file))
  for (const file of [...weights, ...told]) copyFileAtomic(file, join(target, relative(model, file)))
  // its photos' paths start at a folder as seen from the run, which now lies elsewhere
  if (existsSync(join(model, runNames.record)))
    copyRecord(model, target, (folder) => relative(resolve(home), resolve(model, folder)) || '.')
  if (isRun) makeFolder(join(target, runNames.checkpoints)) // makes a head's folder a run, too
}

/** The ONNX file of a run that trained a head; undefined for a run with a network of ours. */
function headOf(run: string): string | undefined {
  return isHeadRun(run) ? headModel(run) : undefined
}

/** A description that somebody names may call the file by another name, as a preset does: in the ensemble the file has that name. */
function copyOnnx(onnx: string, description: string, target: string, named: boolean): void {
  makeFolder(target)
  const { model } = readModelDescription(description)
  check(
    named || model === basename(onnx),
    `${onnx}: ${description} describes ${model}`,
    'export the model again, or correct the name in its description',
  )
  const [, ...data] = onnxFiles(onnx)
  copyFileAtomic(onnx, join(target, model))
  for (const file of data) copyFileAtomic(file, join(target, basename(file)))
  copyFileAtomic(description, join(target, descriptionFile))
}
