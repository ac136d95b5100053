import { Rng } from '../base/index.ts'
import { type AugmentConfig, augmentationParameters, type PixelStore } from '../data/index.ts'
import type { RandomSpec } from '../nn/index.ts'
import { type AdamWConfig, adamwFeeds } from '../optim/index.ts'
import { filled, type Tensor, tensor, zeros } from '../tensor/index.ts'
import type { StepMoment } from './moment.ts'

/** What the part of a step that updates the weights must know, beside where it stands. */
export interface FeedOptions {
  readonly seed: string
  /** The random inputs of the `StepPlan`. */
  readonly randoms: readonly RandomSpec[]
  readonly optimiser: AdamWConfig
  /** The steps at which each group of parameters began to learn, the first at 0; one group unless given. */
  readonly releasedAt?: readonly number[] | undefined
  /** Steps, counted from 0, that changed nothing: the optimiser does not count them. */
  readonly skipped?: readonly number[] | undefined
}

/**
 * What a step is fed beside the state. All randomness is a pure function of (seed, step, row), so a step repeated after a
 * crash is the same step.
 */
export function stepFeeds(
  store: PixelStore,
  labels: Int32Array,
  rows: Int32Array,
  options: FeedOptions & StepMoment & { readonly augment: AugmentConfig },
): Record<string, Tensor> {
  const { seed, step, augment } = options
  const { heightPx, widthPx } = store.geometry
  const { affine, color, erase } = augmentationParameters(augment, { seed, step, rows: rows.length, heightPx, widthPx })
  return { pixels: store.batch(rows), affine, color, erase, ...sharedFeeds(labels, rows, options) }
}

/** What every step is fed, whatever it trains on: labels, schedules, masks. */
export function sharedFeeds(
  labels: Int32Array,
  rows: Int32Array,
  options: FeedOptions & StepMoment,
): Record<string, Tensor> {
  return {
    labels: tensor(
      'int32',
      [rows.length],
      Int32Array.from(rows, (row) => labels[row]!),
    ),
    marginShare: filled([], options.marginShare),
    ...updateFeeds(options),
  }
}

/**
 * What the graph of any `stepPlan` is fed beside its data and its state: the optimiser's scalars at a step, counted from 0, and the
 * masks of dropout and stochastic depth. A pure function of the seed and the step.
 */
export function updateFeeds(options: FeedOptions & Pick<StepMoment, 'step' | 'learningRate'>): Record<string, Tensor> {
  const { seed, step, optimiser, learningRate, randoms, releasedAt = [0], skipped = [] } = options
  const taken = (from: number) => step - from - skipped.filter((other) => other >= from && other < step).length
  const scalars = releasedAt.flatMap((from, group) =>
    Object.entries(adamwFeeds(taken(from) + 1, learningRate, optimiser, group)).map(
      ([name, value]) => [name, filled([], value)] as const,
    ),
  )
  const masks = randoms.map((spec) => [spec.name, keepMask(spec, seed, step)] as const)
  return Object.fromEntries([...scalars, ...masks])
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
