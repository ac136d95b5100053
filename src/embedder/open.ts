import { existsSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { check, InputError, settlePath } from '../base/index.ts'
import { hasCheckpoints, isRunFolder } from '../run/index.ts'
import { descriptionFile, readModelDescription } from './description.ts'
import type { OpenModelOptions } from './embedder.ts'
import { isEnsemble } from './ensemble-file.ts'
import { isHeadRun, openHeadRun } from './head-run.ts'
import type { NetworkEmbedder } from './network-embedder.ts'
import { openDescribed } from './onnx-model.ts'
import { openRun } from './run-folder.ts'

/**
 * Opens a model: a run folder (its network rebuilt from a checkpoint, for this processor), a folder with `model.json` and its ONNX
 * file, or an `.onnx` with a description beside it or in `modelConfig`. It embeds in threads of its own, a file in a
 * process of its own, which leaves this one alive for decoding, progress and Ctrl-C. Release it: its threads keep the process alive.
 * @throws InputError for what is missing, and with every point where description and ONNX file disagree.
 */
export async function openModel(path: string, options: OpenModelOptions = {}): Promise<NetworkEmbedder> {
  const { batch, threads } = options
  check(
    batch === undefined || (Number.isInteger(batch) && batch > 0),
    `\`batch\`: expected a whole number above 0, got ${batch}`,
  )
  check(
    threads === undefined || (Number.isInteger(threads) && threads > 0),
    `\`threads\`: expected a whole number above 0, got ${threads}`,
  )
  settlePath(path)
  check(existsSync(path), `${path}: no such model`, 'a run folder, or an .onnx file')
  if (!statSync(path).isDirectory()) {
    check(
      extname(path).toLowerCase() === '.onnx',
      `${path}: expected a run folder or an .onnx file`,
      path.endsWith('.json') ? 'name the .onnx file, and this one with `modelConfig`' : undefined,
    )
    return openDescribed(path, options)
  }
  if (hasCheckpoints(path)) {
    check(options.modelConfig === undefined, `\`modelConfig\`: ${path} is a run folder and describes itself`)
    return isHeadRun(path) ? openHeadRun(path, options) : openRun(path, options)
  }
  check(!isEnsemble(path), `${path}: is an ensemble; expected one network`, '`openModels()` opens it as one model')
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
  const opened = await openDescribed(onnx, { modelConfig: description, ...options }, path)
  return isRunFolder(path) ? { ...opened, run: path } : opened
}
