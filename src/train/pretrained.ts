import { basename } from 'node:path'
import { InputError } from '../base/index.ts'
import { reidBackbone } from '../models/index.ts'
import type { ParamSpec } from '../nn/index.ts'
import type { RunRecord, TrainConfig } from '../run/index.ts'
import { type ConfigChange, checkPixels, isOnnx, pixelsOf, setsPixels } from '../run/index.ts'
import {
  fetchWeights,
  findWeights,
  fitToSize,
  HubUnreachable,
  hubSettings,
  isWeightsFile,
  knownWeights,
  type LoadedBackbone,
  loadBackbone,
  timmBeside,
  weightsHash,
} from '../weights/index.ts'
import type { TrainOptions } from './job.ts'
import { planOf } from './plan.ts'
import { withoutWeights } from './ways-on.ts'

/**
 * The file, downloaded where it has to be. @throws InputError where it is not here and cannot be fetched, with what can be done
 * instead, and as `findWeights` does.
 */
export async function obtainWeights(
  source: string,
  { model: { backbone }, freeze }: TrainConfig,
  { offline, signal, onProgress }: Pick<TrainOptions, 'offline' | 'signal' | 'onProgress'>,
): Promise<string> {
  const settings = hubSettings(offline === true ? { offline } : {})
  const found = findWeights(source, backbone, settings) // names are checked here
  if (found !== undefined) return found
  try {
    return await fetchWeights(source, backbone, settings, {
      signal,
      onProgress: (doneBytes, totalBytes) => onProgress?.({ kind: 'download', file: source, doneBytes, totalBytes }),
    })
  } catch (error) {
    // a hub that does not know a name of ours is none, or not the hub
    const isKnown = knownWeights(source) !== undefined
    if (error instanceof HubUnreachable || (error instanceof InputError && isKnown))
      throw withoutWeights(error, { freeze })
    throw error
  }
}

/** The backbone's weights for the run's photos: positions of another size are resampled. @throws InputError where they do not fit. */
export function loadPretrained(
  path: string,
  params: readonly ParamSpec[],
  { model, image, weights }: TrainConfig,
): Promise<LoadedBackbone> {
  const backbone = reidBackbone(model)
  const known = weights === null ? undefined : knownWeights(weights)?.inputPx
  const from = timmBeside(path).size ?? (known === undefined ? undefined : { heightPx: known, widthPx: known })
  return loadBackbone(path, params, { adapt: fitToSize(backbone, image, from), leftOut: backbone.leftOut })
}

/** Before anything is written: that they fit, and which they are. */
export async function checkWeights(
  path: string | null,
  config: TrainConfig,
  { onProgress }: Pick<TrainOptions, 'onProgress'>,
): Promise<RunRecord['weights']> {
  if (path === null) return null
  // the backbone's do not depend on how many individuals and photos there are
  const { params } = planOf({ config: { ...config, batchSize: 2 }, classes: ['one', 'another'] })
  const sha256 = await weightsHash(path) // first: what has changed since its download is told as such
  const { tensors, leftOut } = await loadPretrained(path, params, config)
  onProgress?.({ kind: 'weights', path, tensors: tensors.size, leftOut })
  return { file: basename(path), sha256 }
}

/**
 * What a run is warned of whose frozen layers have learned nothing, or whose weights may have seen other pixels.
 * @throws InputError where they have, and the settings do not say so themselves.
 */
export function doubtfulStart({ weights, freeze, model }: TrainConfig, changes: readonly ConfigChange[]): string[] {
  if (weights === null && freeze !== 0 && !isOnnx(model.backbone))
    return [`FROZEN LAYERS OF ${model.backbone} STAY RANDOM NUMBERS: freeze is ${freeze}, and weights are null`]
  if (weights === null || !isWeightsFile(weights) || setsPixels(changes)) return []
  checkPixels(weights, model.pixels)
  if (pixelsOf(weights) !== undefined) return []
  return [`${weights}: it is not known with which pixels it was trained; '${model.pixels}' is assumed (model.pixels)`]
}

/** A warning where photos are smaller than those that the weights were trained on. */
export function smallerThan({ weights, image: { widthPx, heightPx } }: TrainConfig): string[] {
  const trainedAt = (weights === null ? undefined : knownWeights(weights))?.inputPx ?? 0
  return Math.max(widthPx, heightPx) < trainedAt
    ? [`${weights} was trained at ${trainedAt} px, photos are ${widthPx} × ${heightPx} (image.widthPx, image.heightPx)`]
    : []
}
