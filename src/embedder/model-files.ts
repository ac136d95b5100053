import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isRunFolder, RunFolder } from '../run/index.ts'
import { descriptionFile } from './description.ts'

/** The files that opening a model may read: no output may take the place of one. Empty where there is no such model. */
export function modelFiles(path: string, modelConfig?: string): string[] {
  if (!existsSync(path)) return []
  const described = modelConfig === undefined ? [] : [modelConfig]
  if (!statSync(path).isDirectory()) {
    const own = path.replace(/\.onnx$/i, '.model.json')
    return [path, `${path}.data`, own, join(dirname(path), descriptionFile), ...described]
  }
  const own = isRunFolder(path) ? new RunFolder(path).files() : []
  const onnx = readdirSync(path).filter((name) => /\.onnx(\.data)?$/i.test(name))
  return [descriptionFile, ...onnx].map((name) => join(path, name)).concat(own, described)
}
