import { Rng } from '../src/base/index.ts'
import { augmentationParameters, augmentDefaults } from '../src/data/index.ts'
import { type ReIdConfig, reidDefaults } from '../src/models/index.ts'
import { arcfaceDefaults } from '../src/nn/index.ts'
import { adamwDefaults, rateDefaults } from '../src/optim/index.ts'
import type { Tensors } from '../src/runtime/index.ts'
import { filled, int32, tensor } from '../src/tensor/index.ts'
import { type StepConfig, type StepPlan, updateFeeds } from '../src/train/index.ts'

/** Networks of a few thousand weights, one of each family. */
export const tinyNetworks: Readonly<Record<'ConvNeXt' | 'ViT', ReIdConfig>> = {
  ConvNeXt: { ...reidDefaults, backbone: 'convnext_micro', embeddingSize: 16, layerScaleInit: 0.3 },
  ViT: { ...reidDefaults, backbone: 'vit_mini_patch8', embeddingSize: 16 },
}
const [batchSize, sizePx, optimiser] = [4, 32, adamwDefaults]

/** Ten steps, which devices are compared by. */
export const [tinySeed, tinySteps] = ['0', 10] as const

/** Steps of a tiny network on four photos of three individuals. */
export function tinyConfig(model: ReIdConfig): StepConfig {
  return {
    model,
    loss: arcfaceDefaults,
    labelSmoothing: 0,
    identities: 3,
    batchSize,
    chunk: batchSize,
    heightPx: sizePx,
    widthPx: sizePx,
    optimiser,
    rates: rateDefaults,
    clipNorm: 1,
    emaDecay: 0.9,
    precision: 'fp32',
  }
}

/** Four photos of noise, the same in every step, moved and coloured anew in each. */
export function tinyFeeds(step: number, { randoms }: Pick<StepPlan, 'randoms'>): Tensors {
  const rng = new Rng('device-training')
  const pixels = Uint8Array.from({ length: batchSize * sizePx * sizePx * 3 }, () => rng.int(256))
  const at = { seed: tinySeed, step, rows: batchSize, heightPx: sizePx, widthPx: sizePx }
  return {
    pixels: tensor('uint8', [batchSize, sizePx, sizePx, 3], pixels),
    labels: int32([batchSize], [0, 1, 2, 0]),
    marginShare: filled([], step / tinySteps),
    ...augmentationParameters(augmentDefaults, at),
    ...updateFeeds({ seed: tinySeed, step, learningRate: 1e-4, optimiser, randoms }),
  } as Tensors
}
