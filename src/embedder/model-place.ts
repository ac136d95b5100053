import { existsSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { check, checkThere, InputError, settlePath } from '../base/index.ts'
import { hasCheckpoints, isOnnx, isRunFolder } from '../run/index.ts'
import { descriptionFile, readModelDescription } from './description.ts'
import { isEnsemble, memberThere, readEnsemble } from './ensemble-file.ts'
import { findDescription } from './onnx-model.ts'

/** What lies at a model's path. */
export type ModelPlace =
  | { readonly kind: 'run' | 'ensemble' }
  | { readonly kind: 'file'; readonly onnx: string; readonly description: string }
  | { readonly kind: 'folder'; readonly onnx: string; readonly description: string }

/** Finds a model's files, and opens none but small descriptions. @throws InputError for what is missing, naming it. */
export function modelPlace(path: string, modelConfig?: string): ModelPlace {
  settlePath(path)
  checkThere(path, 'model', { hint: 'a run folder, or an .onnx file' })
  if (!statSync(path).isDirectory()) {
    check(
      extname(path).toLowerCase() === '.onnx',
      `${path}: expected a run folder or an .onnx file`,
      path.endsWith('.json') ? 'name the .onnx file, and this one with `modelConfig`' : undefined,
    )
    return { kind: 'file', onnx: path, description: findDescription(path, modelConfig) }
  }
  if (hasCheckpoints(path)) {
    check(modelConfig === undefined, `\`modelConfig\`: ${path} is a run folder and describes itself`)
    return { kind: 'run' }
  }
  if (isEnsemble(path)) return { kind: 'ensemble' }
  checkWholeCv(path)
  check(
    !existsSync(join(path, 'seeds.json')),
    `${path}: no model, but a folder with a run for each of several seeds`,
    `name one of them, as ${join(path, 'seed-1')}, or several: together they are one model`,
  )
  const description = join(path, descriptionFile)
  if (!existsSync(description)) {
    throw new InputError(
      `${path}: no model: neither checkpoints/ nor ${descriptionFile}`,
      'a run folder of `train()`, a folder of `exportModel()`, or an .onnx file',
    )
  }
  const onnx = join(path, readModelDescription(description).model)
  check(
    existsSync(onnx),
    `${path}: neither a checkpoint nor ${onnx}`,
    'was its training stopped before the first epoch?',
  )
  return { kind: 'folder', onnx, description: modelConfig ?? description }
}

/** True for a folder of `exportModel()`: a description, and no run. */
export function isExported(path: string): boolean {
  return existsSync(join(path, descriptionFile)) && !isRunFolder(path)
}

/** Refuses the folder of a cross-validation whose folds are not all trained: it is no ensemble yet. @throws InputError naming it. */
export function checkWholeCv(path: string): void {
  check(
    isEnsemble(path) || !existsSync(join(path, 'folds.json')),
    `${path}: no model yet: not all folds of this cross-validation are trained`,
    '`crossValidate()` goes on with it, and then makes it a model',
  )
}

/** The model that `modelConfig` describes: the one that is named, or the one .onnx file among several. @throws InputError where none or several are. */
export function describedModel(paths: readonly string[], modelConfig: string | undefined): string | undefined {
  if (modelConfig === undefined || paths.length < 2) return paths[0]
  const files = paths.filter(isOnnx)
  check(
    files.length === 1,
    `\`modelConfig\`: describes one .onnx file, and ${files.length === 0 ? 'none is' : `${files.length} are`} named`,
    'put each description beside its file, as x.model.json beside x.onnx',
  )
  return files[0]
}

/**
 * Nothing where there is a model at each path, the members of ensembles too: to be asked before photos are looked for, which takes minutes on a
 * slow drive. What is damaged is told when it is opened. @throws InputError as `openModel()` does for what is missing.
 */
export function checkModels(paths: readonly string[], modelConfig?: string): void {
  const described = describedModel(paths, modelConfig)
  for (const path of paths) {
    const place = modelPlace(path, path === described ? modelConfig : undefined)
    if (place.kind === 'file') readModelDescription(place.description)
    if (place.kind !== 'ensemble') continue
    for (const member of readEnsemble(path).members) modelPlace(memberThere(path, member.path))
  }
}
