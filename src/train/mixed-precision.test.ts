import { describe, expect, test } from 'vitest'
import { channelsLast, golden, narrow, relativeError } from '../../test/golden.ts'
import { halfTolerance } from '../../test/tolerances.ts'
import { countFlop, type Graph, input, topological, type Value } from '../graph/index.ts'
import {
  type ConvNextConfig,
  convnext,
  convnextDefaults,
  type VitConfig,
  vit,
  vitMiniatures,
  weightPrecision,
} from '../models/index.ts'
import { arcfaceDefaults, augment, batchNorm, crossEntropy, gemPool, identityLogits, Scope } from '../nn/index.ts'
import { adamwDefaults, lossScaleDefaults, rateDefaults } from '../optim/index.ts'
import { type Backend, ortBackend, type Tensors } from '../runtime/index.ts'
import { bytesOf, float32, int32, type Tensor, tensor, zeros } from '../tensor/index.ts'
import { updateFeeds } from './feeds.ts'
import { forwardOf, inHalf } from './forward.ts'
import { initialState } from './state.ts'
import { type StepPlan, stepPlan, type UpdateConfig } from './updates.ts'

const [batchSize, identities] = [4, 4]
const update: UpdateConfig = { optimiser: adamwDefaults, rates: rateDefaults, clipNorm: 1, emaDecay: null }
const file = golden('trajectory')
const [, , heightPx, widthPx] = file.get('pixels').shape as [number, number, number, number]
const { depths, dims } = JSON.parse(file.metadata.arguments!) as Pick<ConvNextConfig, 'depths' | 'dims'>

type Features = (scope: Scope, x: Value) => Value

/** Networks that are too small to have a name: x [B, H, W, 3] → a map [B, h, w, C]. */
const networks = {
  ConvNeXt: (scope, x) => convnext(scope, x, { ...convnextDefaults, depths, dims }),
  ViT: (scope, x) => vit(scope, x, tinyVit).map,
} as const satisfies Record<string, Features>
const { vit_mini_patch8: mini } = vitMiniatures
const tinyVit: VitConfig = {
  ...mini,
  width: 16,
  depth: 2,
  attention: { ...mini.attention, heads: 2 },
  mlp: { ...mini.mlp, hidden: 32 },
}

interface PlanOptions extends Partial<UpdateConfig> {
  readonly features?: Features
}

/** The step of `stepGraph` around such a network. */
function planOf(precision: 'fp32' | 'fp16', { features = networks.ConvNeXt, ...options }: PlanOptions = {}): StepPlan {
  const scope = Scope.root('training')
  const x = augment(input('pixels', [batchSize, heightPx, widthPx, 3], 'uint8'), {
    affine: input('affine', [batchSize, 2, 3]),
    color: input('color', [batchSize, 3, 4]),
    erase: input('erase', [batchSize, 4]),
  })
  const map = features(scope.child('backbone'), x)
  const embeddings = batchNorm(scope.child('neck'), gemPool(scope.child('pool'), map))
  const labels = input('labels', [batchSize], 'int32')
  const logits = identityLogits(scope.child('head'), embeddings, labels, { identities, loss: arcfaceDefaults })
  const forward = forwardOf(scope, crossEntropy(logits, labels))
  const backbone = { layers: 4, layerOf: () => 0 }
  if (precision === 'fp32') return stepPlan(scope, forward, backbone, { ...update, ...options })
  const names = [...scope.params(), ...scope.statistics()].map(({ spec }) => spec.name)
  const settings = { ...update, lossScale: lossScaleDefaults, ...options }
  return stepPlan(scope, inHalf(forward, weightPrecision(names)), backbone, settings)
}

const pixels = channelsLast(file.get('pixels'))
const goldenNames: Readonly<Record<string, string>> = { gem_p: 'pool.p', arcface: 'head.weight' }
const named = (name: string) => goldenNames[name] ?? name

/** The state that the golden trajectory begins with. */
function startOf(plan: StepPlan): Record<string, Tensor> {
  const given = [...file.tensors].filter(([name]) => name.startsWith('initial/'))
  const weights = given.map(([name, t]) => [named(name.slice('initial/'.length)), narrow(t)] as const)
  return { ...initialState(plan, '0'), ...Object.fromEntries(weights) }
}

/** Four photos; `t` counts the steps that the optimiser has taken, this one included. */
function feedsAt(step: number, t = step + 1): Tensors {
  const rows = Array.from(file.get('rows').data.slice(step * batchSize, (step + 1) * batchSize), Number)
  const size = pixels.data.length / 8
  const bytes = rows.flatMap((row) => Array.from(pixels.data.slice(row * size, (row + 1) * size), Number))
  const all = (shape: readonly number[], row: readonly number[]) =>
    float32(
      shape,
      Array.from({ length: batchSize * row.length }, (_, i) => row[i % row.length]!),
    )
  return {
    pixels: tensor('uint8', [batchSize, heightPx, widthPx, 3], Uint8Array.from(bytes)),
    labels: int32(
      [batchSize],
      rows.map((row) => Number(file.get('labels').data[row])),
    ),
    affine: all([batchSize, 2, 3], [1, 0, 0, 0, 1, 0]),
    color: all([batchSize, 3, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]),
    erase: zeros('float32', [batchSize, 4]),
    ...updateFeeds({ seed: '0', step: t - 1, learningRate: 1e-4, optimiser: adamwDefaults, randoms: [] }),
  }
}

interface Run {
  readonly told: readonly Readonly<Record<string, number>>[]
  readonly state: Record<string, Tensor>
}

async function run(backend: Backend, plan: StepPlan, state: Tensors, steps: number): Promise<Run> {
  const program = await backend.start(plan.graph, copied(state))
  const told: Record<string, number>[] = []
  let applied = 0
  for (let step = 0; step < steps; step++) {
    const results = await program.step(feedsAt(step, applied + 1))
    told.push(Object.fromEntries(Object.entries(results).map(([name, t]) => [name, Number(t.data[0])])))
    applied += 1 - (told[step]!.skipped ?? 0)
  }
  const after = copied(await program.checkpoint())
  await program.release()
  return { told, state: after }
}

const copied = (state: Tensors): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(state).map(([name, t]) => [name, { ...t, data: t.data.slice() } as Tensor]))

/** A scale at which the gradients of these networks are far from float16's ends. */
const calm = { ...lossScaleDefaults, initial: 256 }
const isWeight = (name: string) => !/^scaler|running_/.test(name)

describe('mixed precision', async () => {
  const backend = await ortBackend({ threads: 1 })

  test('ten steps of PyTorch’s autocast and GradScaler: skipped steps, scales, losses, norms, weights', async () => {
    const expected = golden('mixed-precision')
    const scaler = JSON.parse(expected.metadata.scaler!) as Readonly<Record<string, number>>
    const lossScale = {
      initial: scaler.init_scale!,
      growth: scaler.growth_factor!,
      backoff: scaler.backoff_factor!,
      interval: scaler.growth_interval!,
    }
    const plan = planOf('fp16', { lossScale })
    const { told, state } = await run(backend, plan, startOf(plan), 10)
    const numbers = (name: string) => Array.from(expected.get(name).data, Number)
    expect(told.map(({ skipped }) => skipped)).toEqual(numbers('skipped'))
    expect(told.map((step) => step.lossScale)).toEqual(numbers('scales'))
    for (const [step, { loss, gradientNorm, skipped }] of told.entries()) {
      expect(Math.abs(loss! / numbers('losses')[step]! - 1), `loss ${step}`).toBeLessThan(halfTolerance.loss)
      if (skipped === 1) expect(gradientNorm, `norm ${step}`).not.toBeLessThan(Number.POSITIVE_INFINITY)
      else
        expect(Math.abs(gradientNorm! / numbers('norms')[step]! - 1), `norm ${step}`).toBeLessThan(halfTolerance.norm)
    }
    // statistics are not compared: PyTorch moves them in a step that it skips
    const weights = [...expected.tensors].filter(([name]) => name.startsWith('final/') && isWeight(name))
    for (const [name, t] of weights)
      expect(relativeError(state[named(name.slice('final/'.length))]!, t), name).toBeLessThan(halfTolerance.weights)
  })

  test.each(Object.entries(networks))('a %s learns as it does in float32', async (_, features) => {
    const [exact, half] = [planOf('fp32', { features }), planOf('fp16', { features, lossScale: calm })]
    const start = features === networks.ConvNeXt ? startOf(half) : initialState(half, '0')
    const expected = await run(backend, exact, start, 4)
    const { told } = await run(backend, half, start, 4)
    const errors = told.map(({ loss }, step) => Math.abs(loss! / expected.told[step]!.loss! - 1))
    expect(Math.max(...errors)).toBeLessThan(halfTolerance.loss)
    expect(Math.max(...errors)).toBeGreaterThan(1e-6) // and yet it is not that
    told.forEach(({ gradientNorm }, step) =>
      expect(Math.abs(gradientNorm! / expected.told[step]!.gradientNorm! - 1)).toBeLessThan(halfTolerance.norm),
    )
    const ops = (graph: Graph) => topological(Object.values(graph.outputs)).filter(({ dtype }) => dtype === 'float16')
    expect(new Set(ops(half.graph).map(({ op }) => op))).toContain('gelu')
    expect(ops(exact.graph)).toEqual([])
  })

  test('a step that overflows leaves every number of the state as it was, but for the scale, which is halved', async () => {
    const plan = planOf('fp16', { emaDecay: 0.9, lossScale: { ...calm, initial: 2 ** 40 } })
    const before = (await run(backend, plan, startOf(plan), 0)).state
    const { told, state } = await run(backend, plan, before, 1)
    expect(told[0]).toMatchObject({ skipped: 1, lossScale: 2 ** 40 })
    expect(Number.isFinite(told[0]!.loss)).toBe(true)
    const { 'scaler/scale': scale, ...rest } = state
    expect(scale!.data).toEqual(Float32Array.of(2 ** 39))
    expect(Object.keys(rest).sort()).toEqual(
      Object.keys(before)
        .filter((name) => name !== 'scaler/scale')
        .sort(),
    )
    for (const [name, t] of Object.entries(rest)) expect(bytesOf(t.data), name).toEqual(bytesOf(before[name]!.data))
  })

  test('layers computed again in the backward pass give the same step', async () => {
    const plans = [0, 'all'] as const
    const [kept, again] = plans.map((recompute) => planOf('fp16', { recompute, lossScale: calm }))
    const [a, b] = [await run(backend, kept!, startOf(kept!), 1), await run(backend, again!, startOf(again!), 1)]
    expect(b.told[0]!.gradientNorm! / a.told[0]!.gradientNorm!).toBeCloseTo(1, 5)
    expect(countFlop(again!.graph)).toBeGreaterThan(countFlop(kept!.graph))
  })
})
