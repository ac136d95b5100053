import { describe, expect, test } from 'vitest'
import { Rng } from '../src/base/index.ts'
import { augmentationParameters, augmentDefaults } from '../src/data/index.ts'
import { type ReIdConfig, reidDefaults } from '../src/models/index.ts'
import { arcfaceDefaults } from '../src/nn/index.ts'
import { adamwDefaults, rateDefaults } from '../src/optim/index.ts'
import { type Backend, ortBackend, type Tensors } from '../src/runtime/index.ts'
import { filled, int32, type Tensor, tensor } from '../src/tensor/index.ts'
import { initialState, type StepConfig, stepGraph, updateFeeds } from '../src/train/index.ts'
import { webgpu } from './backends.ts'
import { deviceTolerance } from './tolerances.ts'

const networks: Readonly<Record<string, ReIdConfig>> = {
  ConvNeXt: { ...reidDefaults, backbone: 'convnext_micro', embeddingSize: 16, layerScaleInit: 0.3 },
  ViT: { ...reidDefaults, backbone: 'vit_mini_patch8', embeddingSize: 16 },
}
const [batchSize, sizePx, seed, steps] = [4, 32, '0', 10]
const optimiser = adamwDefaults

function configOf(model: ReIdConfig): StepConfig {
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
function feedsAt(step: number, randoms: Parameters<typeof updateFeeds>[0]['randoms']): Tensors {
  const rng = new Rng('device-training')
  const pixels = Uint8Array.from({ length: batchSize * sizePx * sizePx * 3 }, () => rng.int(256))
  const at = { seed, step, rows: batchSize, heightPx: sizePx, widthPx: sizePx }
  return {
    pixels: tensor('uint8', [batchSize, sizePx, sizePx, 3], pixels),
    labels: int32([batchSize], [0, 1, 2, 0]),
    marginShare: filled([], step / steps),
    ...augmentationParameters(augmentDefaults, at),
    ...updateFeeds({ seed, step, learningRate: 1e-4, optimiser, randoms }),
  } as Tensors
}

async function trained(backend: Backend, model: ReIdConfig) {
  const plan = stepGraph(configOf(model))
  const program = await backend.start(plan.graph, initialState(plan, seed))
  const losses: number[] = []
  const held: number[] = []
  for (let step = 0; step < steps; step++) {
    const { loss } = await program.step(feedsAt(step, plan.randoms))
    losses.push(Number(loss!.data[0]))
    held.push(program.held().bytes)
  }
  const state: Record<string, Tensor> = await program.checkpoint()
  await program.release()
  return { losses, held, state }
}

/** ‖a − b‖ / ‖b‖ over all tensors of these names. */
function relativeDistance(a: Tensors, b: Tensors, names: readonly string[]): number {
  let [difference, norm] = [0, 0]
  for (const name of names) {
    const [ours, theirs] = [a[name]!.data, b[name]!.data]
    for (let i = 0; i < theirs.length; i++) {
      difference += (Number(ours[i]) - Number(theirs[i])) ** 2
      norm += Number(theirs[i]) ** 2
    }
  }
  return Math.sqrt(difference / norm)
}

describe.skipIf(webgpu.skip !== undefined)(`training on WebGPU ${webgpu.skip ?? ''}`, () => {
  test.each(Object.entries(networks))(
    'ten steps of a %s are those of the processor',
    async (_, model) => {
      const cpu = await trained(await ortBackend({ threads: 1 }), model)
      const gpu = await trained(await webgpu.create(), model)
      cpu.losses.forEach((loss, step) => {
        expect(Math.abs(gpu.losses[step]! / loss - 1), `loss of step ${step}`).toBeLessThan(deviceTolerance.loss)
      })
      expect(cpu.losses.at(-1)).not.toBeCloseTo(cpu.losses[0]!, 1)
      expect(new Set(gpu.held).size).toBe(1)
      expect(Object.keys(gpu.state)).toEqual(Object.keys(cpu.state))
      // all averaged weights together: a bias that began at zero is ten steps of rounding by itself
      const weights = Object.keys(cpu.state).filter((name) => name.startsWith('ema/'))
      expect(relativeDistance(gpu.state, cpu.state, weights)).toBeLessThan(deviceTolerance.weights)
    },
    300_000, // a software adapter compiles and runs some thousand small kernels a step
  )
})
