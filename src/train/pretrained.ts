import { basename } from 'node:path'
import { type ParamSpec, pretrainedOf, reidBackbone } from '../models/index.ts'
import {
  fetchWeights,
  fitToSize,
  HubUnreachable,
  hubSettings,
  type LoadedBackbone,
  loadBackbone,
  weightsHash,
} from '../weights/index.ts'
import type { TrainConfig } from './config.ts'
import type { TrainOptions } from './job.ts'
import type { RunRecord } from './record.ts'

/** The file, downloaded where it has to be; null, said loudly, where the network is closed. */
export async function obtainWeights(source: string, backbone: string, options: TrainOptions): Promise<string | null> {
  const { offline, signal, onProgress } = options
  try {
    return await fetchWeights(source, backbone, hubSettings(offline === true ? { offline } : {}), {
      signal,
      onProgress: (doneBytes, totalBytes) => onProgress?.({ kind: 'download', file: source, doneBytes, totalBytes }),
    })
  } catch (error) {
    if (!(error instanceof HubUnreachable)) throw error
    const text = `PRETRAINED WEIGHTS NOT FOUND. TRAINING STARTS FROM RANDOM WEIGHTS, which gives a much weaker model.\n${error.message}`
    onProgress?.({ kind: 'warning', text })
    return null
  }
}

/** The backbone's weights for the run's photos: positions of another size are resampled. @throws InputError where they do not fit. */
export function loadPretrained(
  path: string,
  params: readonly ParamSpec[],
  { model, image }: TrainConfig,
): Promise<LoadedBackbone> {
  const backbone = reidBackbone(model)
  return loadBackbone(path, params, { adapt: fitToSize(backbone, image), leftOut: backbone.leftOut })
}

/** Before anything is written: that they fit, and which they are. */
export async function checkWeights(
  path: string | null,
  params: readonly ParamSpec[],
  config: TrainConfig,
  { onProgress }: TrainOptions,
): Promise<RunRecord['weights']> {
  if (path === null) return null
  const { tensors, leftOut } = await loadPretrained(path, params, config)
  onProgress?.({ kind: 'weights', path, tensors: tensors.size, leftOut })
  return { file: basename(path), sha256: await weightsHash(path) }
}

/** A warning where photos are smaller than those that the weights were trained on. */
export function smallerThan({ weights, image: { widthPx, heightPx } }: TrainConfig): string[] {
  const trainedAt = (weights === null ? undefined : pretrainedOf(weights))?.inputPx ?? 0
  return Math.max(widthPx, heightPx) < trainedAt
    ? [`${weights} was trained at ${trainedAt} px, photos are ${widthPx} × ${heightPx} (image.widthPx, image.heightPx)`]
    : []
}
