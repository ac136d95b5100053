import { join } from 'node:path'
import { sha256Of, writeFileAtomic } from '../base/index.ts'
import { descriptionFile, type ModelDescription, writeModelDescription } from '../embedder/index.ts'
import { encodeModel, type toOnnx } from '../onnx/index.ts'

/** A model as it was written: its description, its files and their size. */
export interface WrittenModel {
  readonly description: ModelDescription
  /** What was written; the model first. */
  readonly files: readonly string[]
  /** Bytes of weights and graph. */
  readonly bytes: number
}

/**
 * Writes a model and its description with the hashes of its files: weights beyond 2 GB beside the model before it, the description last. Each file appears whole or
 * not at all, and a model that is not of the description beside it is told by its hash.
 */
export function writeOnnxModel(
  folder: string,
  described: ModelDescription,
  proto: ReturnType<typeof toOnnx>,
): WrittenModel {
  const path = join(folder, described.model)
  const dataFile = `${described.model}.data`
  const { model, external } = encodeModel(proto, dataFile)
  if (external !== undefined) writeFileAtomic(join(folder, dataFile), external)
  writeFileAtomic(path, model)
  const ofData = external === undefined ? {} : { [dataFile]: sha256Of(external) }
  const description = { ...described, sha256: { [described.model]: sha256Of(model), ...ofData } }
  writeModelDescription(folder, description)
  const parts = [model, ...(external ?? [])]
  return {
    description,
    files: [path, ...(external === undefined ? [] : [join(folder, dataFile)]), join(folder, descriptionFile)],
    bytes: parts.reduce((sum, part) => sum + part.length, 0),
  }
}
