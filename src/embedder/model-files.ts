import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isRunFolder, RunFolder } from '../run/index.ts'
import { descriptionFile } from './description.ts'
import { ensembleFile, isEnsemble, memberPath, readEnsemble } from './ensemble-file.ts'

/** The files that opening a model may read: no output may take the place of one. Empty where there is no such model. */
export function modelFiles(path: string, modelConfig?: string): string[] {
  if (!existsSync(path)) return []
  const described = modelConfig === undefined ? [] : [modelConfig]
  if (!statSync(path).isDirectory()) {
    const own = path.replace(/\.onnx$/i, '.model.json')
    return [path, `${path}.data`, own, join(dirname(path), descriptionFile), ...described]
  }
  if (isEnsemble(path)) {
    const { members } = readEnsemble(path)
    return [join(path, ensembleFile), ...members.flatMap((member) => modelFiles(memberPath(path, member.path)))]
  }
  const own = isRunFolder(path) ? new RunFolder(path).files() : []
  const onnx = readdirSync(path).filter((name) => /\.onnx(\.data)?$/i.test(name))
  return [descriptionFile, ...onnx].map((name) => join(path, name)).concat(own, described)
}

/** The run folders that a model comes from: itself, the members of an ensemble that are runs, or none. */
export function runsOf(path: string): string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return []
  if (isEnsemble(path)) return readEnsemble(path).members.flatMap((member) => runsOf(memberPath(path, member.path)))
  return isRunFolder(path) ? [path] : []
}
