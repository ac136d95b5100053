import { check, InputError } from '../base/index.ts'
import { isRunFolder } from '../run/index.ts'
import type { OpenModelOptions } from './embedder.ts'
import { isHeadRun, openHeadRun } from './head-run.ts'
import { modelPlace } from './model-place.ts'
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
  const place = modelPlace(path, options.modelConfig)
  switch (place.kind) {
    case 'run':
      return isHeadRun(path) ? openHeadRun(path, options) : openRun(path, options)
    case 'ensemble':
      throw new InputError(`${path}: is an ensemble; expected one network`, '`openModels()` opens it as one model')
    case 'file':
      return openDescribed(place.onnx, options)
    case 'folder': {
      const opened = await openDescribed(place.onnx, { ...options, modelConfig: place.description }, path)
      return isRunFolder(path) ? { ...opened, run: path } : opened
    }
  }
}
