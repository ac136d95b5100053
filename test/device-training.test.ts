import { describe, expect, test } from 'vitest'
import type { ReIdConfig } from '../src/models/index.ts'
import { type Backend, ortBackend } from '../src/runtime/index.ts'
import type { Tensor } from '../src/tensor/index.ts'
import { initialState, startStep, stepGraph } from '../src/train/index.ts'
import { webgpu } from './backends.ts'
import { relativeDistance } from './relative-distance.ts'
import { tinyConfig, tinyFeeds, tinyNetworks, tinySeed, tinySteps } from './tiny-training.ts'
import { deviceTolerance } from './tolerances.ts'

async function trained(backend: Backend, model: ReIdConfig) {
  const plan = stepGraph({ ...tinyConfig(model), packed: backend.prefersFew })
  const program = await startStep(backend, plan, initialState(plan, tinySeed))
  const losses: number[] = []
  const held: number[] = []
  for (let step = 0; step < tinySteps; step++) {
    const { loss } = await program.step(tinyFeeds(step, plan))
    losses.push(Number(loss!.data[0]))
    held.push(program.held().bytes)
  }
  const state = new Map<string, Tensor>(Object.entries(await program.checkpoint()))
  await program.release()
  return { losses, held, state }
}

describe.skipIf(webgpu.skip !== undefined)(`training on WebGPU ${webgpu.skip ?? ''}`, () => {
  // those of a ConvNeXt: device-cli.test.ts, through the command line
  test('ten steps of a ViT are those of the processor', async () => {
    const model = tinyNetworks.ViT
    const cpu = await trained(await ortBackend({ threads: 1 }), model)
    const gpu = await trained(await webgpu.create(), model)
    cpu.losses.forEach((loss, step) => {
      expect(Math.abs(gpu.losses[step]! / loss - 1), `loss of step ${step}`).toBeLessThan(deviceTolerance.loss)
    })
    expect(cpu.losses.at(-1)).not.toBeCloseTo(cpu.losses[0]!, 1)
    expect(new Set(gpu.held).size).toBe(1)
    expect([...gpu.state.keys()].sort()).toEqual([...cpu.state.keys()].sort())
    // all averaged weights together: a bias that began at zero is ten steps of rounding by itself
    const weights = [...cpu.state.keys()].filter((name) => name.startsWith('ema/'))
    expect(relativeDistance(gpu.state, cpu.state, weights)).toBeLessThan(deviceTolerance.weights)
  }, 300_000) // a software adapter compiles and runs some thousand small kernels a step
})
