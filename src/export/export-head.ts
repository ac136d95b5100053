import { basename, join } from 'node:path'
import { copyFileAtomic, readRegular, sha256Of, sha256OfFile, writeFileAtomic } from '../base/index.ts'
import {
  checkModelFiles,
  descriptionFile,
  headModel,
  type ModelDescription,
  readModelDescription,
  writeModelDescription,
} from '../embedder/index.ts'
import { type AffineTail, appendTail, decodeModel, encodeModel, externalPaths } from '../onnx/index.ts'

/**
 * The description of somebody's network with a head trained on top of its L2-normalised embeddings: the same photos go in. The
 * head is affine, and photo and mirror image are averaged after it, unless the network averages them itself.
 */
export function describeHead(foreign: ModelDescription, name: string, size: number): ModelDescription {
  const { network, sha256, ...rest } = foreign
  const flipAveraging = foreign.flipAveraging === 'inside' ? 'inside' : 'outside'
  return { ...rest, name, model: 'model.onnx', output: { size, normalised: false }, flipAveraging }
}

/** A closed network and the head that continues it, to become one ONNX file. */
export interface HeadExportOptions {
  /** Somebody's ONNX file and its description. */
  readonly onnx: string
  readonly description: ModelDescription
  readonly tail: AffineTail
  readonly name: string
  /** Gets `model.onnx`, the files in which the network keeps weights, and `model.json`. */
  readonly folder: string
}

/**
 * Writes network and head as one ONNX file with its description, that one last. @throws InputError where the file cannot be continued, or
 * is another than its description means.
 */
export async function exportHead({ onnx, description, tail, name, folder }: HeadExportOptions): Promise<void> {
  await checkModelFiles(onnx, description)
  const foreign = decodeModel(readRegular(onnx, 'onnx'), onnx)
  const output = description.output.name ?? foreign.graph!.output[0]!.name
  const { model } = encodeModel(appendTail(foreign, output, tail, onnx), '')
  const described = describeHead(description, name, tail.bias.shape[0]!)
  const beside = externalPaths(foreign, onnx)
  for (const file of beside) copyFileAtomic(file, join(folder, basename(file)))
  writeFileAtomic(join(folder, described.model), model)
  const ofWeights = await hashesIn(
    folder,
    beside.map((file) => basename(file)),
  )
  writeModelDescription(folder, { ...described, sha256: { [described.model]: sha256Of(model), ...ofWeights } })
}

/**
 * Copies the model of a run that trained a head, under a name of its own if there is one; the file is called `model.onnx`, whatever the
 * run calls it. Returns what was written, the model first. @throws InputError where a file is another than the run's description means.
 */
export async function copyHeadRun(run: string, folder: string, name?: string): Promise<string[]> {
  const onnx = headModel(run)
  const description = readModelDescription(join(run, descriptionFile))
  await checkModelFiles(onnx, description)
  const model = 'model.onnx'
  const beside = externalPaths(decodeModel(readRegular(onnx, 'onnx'), onnx), onnx)
  const copies = [[onnx, model], ...beside.map((path) => [path, basename(path)])] as const
  for (const [from, to] of copies) copyFileAtomic(from!, join(folder, to!))
  const written = copies.map(([, to]) => to!)
  const sha256 = await hashesIn(folder, written)
  writeModelDescription(folder, { ...description, model, name: name ?? description.name, sha256 })
  return [...written, descriptionFile].map((file) => join(folder, file))
}

async function hashesIn(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {}
  for (const name of names) hashes[name] = await sha256OfFile(join(folder, name))
  return hashes
}
