import { Rng } from '../base/index.ts'
import { type AugmentConfig, augmentationParameters, type PixelStore } from '../data/index.ts'
import type { RandomSpec } from '../nn/index.ts'
import { type AdamWConfig, adamwFeeds } from '../optim/index.ts'
import { filled, type Tensor, tensor, zeros } from '../tensor/index.ts'

export interface FeedOptions {
  readonly seed: string
  readonly augment: AugmentConfig
  readonly randoms: readonly RandomSpec[]
  readonly optimiser: AdamWConfig
}

/**
 * What a step is fed beside the state. All randomness is a pure function of (seed, step, row), so a step repeated after a
 * crash is the same step.
 */
export function stepFeeds(
  store: PixelStore,
  labels: Int32Array,
  rows: Int32Array,
  options: FeedOptions & { readonly step: number; readonly learningRate: number; readonly marginShare: number },
): Record<string, Tensor> {
  const { seed, step, optimiser, learningRate, marginShare } = options
  const { heightPx, widthPx } = store.geometry
  const varied = augmentationParameters(options.augment, { seed, step, rows: rows.length, heightPx, widthPx })
  const scalars = Object.entries(adamwFeeds(step + 1, learningRate, optimiser)).map(([name, v]) => [
    name,
    filled([], v),
  ])
  const masks = options.randoms.map((spec) => [spec.name, keepMask(spec, seed, step)])
  return {
    pixels: store.batch(rows),
    labels: tensor(
      'int32',
      [rows.length],
      Int32Array.from(rows, (row) => labels[row]!),
    ),
    affine: varied.affine,
    color: varied.color,
    erase: varied.erase,
    marginShare: filled([], marginShare),
    ...Object.fromEntries(scalars),
    ...Object.fromEntries(masks),
  }
}

/** 1 / keep with probability keep, else 0. */
function keepMask({ name, shape, keep }: RandomSpec, seed: string, step: number): Tensor {
  const mask = zeros('float32', shape)
  const rowSize = mask.data.length / shape[0]!
  for (let row = 0; row < shape[0]!; row++) {
    const rng = new Rng(seed).fork(name).fork(step).fork(row)
    for (let i = 0; i < rowSize; i++) mask.data[row * rowSize + i] = rng.chance(keep) ? 1 / keep : 0
  }
  return mask
}
