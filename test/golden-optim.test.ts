import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { gradient } from '../src/autodiff/index.ts'
import { input, type Value } from '../src/graph/index.ts'
import { type ConvNextConfig, convnext, convnextDefaults } from '../src/models/index.ts'
import { arcfaceDefaults, augment, batchNorm, crossEntropy, gemPool, identityLogits, Scope } from '../src/nn/index.ts'
import {
  adamw,
  adamwDefaults,
  adamwFeeds,
  adamwInputs,
  clipByGlobalNorm,
  cosineSchedule,
  globalNorm,
  movingAverage,
} from '../src/optim/index.ts'
import type { Tensors } from '../src/runtime/index.ts'
import { filled, int32, type Tensor, tensor, zeros } from '../src/tensor/index.ts'
import { channelsLast, type Golden, golden, goldenBackends, goldenPath, narrow, relativeError } from './golden.ts'
import { trainingTolerance } from './tolerances.ts'

const names = ['a', 'b', 'c'] as const

/** The i-th of a stack of tensors. */
function at({ shape, data }: Tensor, i: number): Tensor {
  const size = data.length / shape[0]!
  return tensor('float64', shape.slice(1), Float64Array.from(data.slice(i * size, (i + 1) * size) as Float64Array))
}

function scalarFeeds(t: number, learningRate: number): Tensors {
  const values = Object.entries(adamwFeeds(t, learningRate, adamwDefaults))
  return Object.fromEntries(values.map(([name, value]) => [name, tensor('float64', [], Float64Array.of(value))]))
}

/** State a step has made, under the names it is fed by. */
function fedBack(results: Tensors): Tensors {
  const next = Object.entries(results).filter(([name]) => name.startsWith('next/'))
  return Object.fromEntries(next.map(([name, t]) => [name.slice('next/'.length), t]))
}

describe.each(goldenBackends)('$name', ({ backend, forward, gradients }) => {
  test('AdamW over ten steps, moments, and averaged weights', async () => {
    const file = golden('adamw')
    const outputs: Record<string, Value> = {}
    const scalars = adamwInputs()
    for (const name of names) {
      const { shape } = file.get(`initial/${name}`)
      const own = (prefix: string) => input(prefix + name, shape)
      const state = { parameter: own(''), gradient: own('grad/'), m: own('m/'), v: own('v/') }
      const next = adamw(state, scalars, adamwDefaults, { decay: name !== 'c', rateScale: 1 })
      outputs[`next/${name}`] = next.parameter
      outputs[`next/m/${name}`] = next.m
      outputs[`next/v/${name}`] = next.v
      outputs[`next/ema/${name}`] = movingAverage(own('ema/'), next.parameter, 0.9)
    }
    let state: Tensors = Object.fromEntries(
      names.flatMap((name) => {
        const initial = narrow(file.get(`initial/${name}`))
        const zero = zeros('float32', initial.shape)
        return [
          [name, initial],
          [`m/${name}`, zero],
          [`v/${name}`, zero],
          [`ema/${name}`, initial],
        ]
      }),
    )
    const program = await (await backend).compile({ outputs })
    for (let step = 0; step < 10; step++) {
      const fed = names.map((name) => [`grad/${name}`, narrow(at(file.get(`grad/${name}`), step))])
      const scalars = scalarFeeds(step + 1, Number(file.get('lr').data[step]))
      state = fedBack(await program.run({ ...state, ...scalars, ...Object.fromEntries(fed) }))
      for (const name of names) {
        expect(relativeError(state[name]!, at(file.get(`after/${name}`), step)), `${name}, step ${step}`).toBeLessThan(
          forward,
        )
        if (step < 3)
          expect(relativeError(state[`ema/${name}`]!, at(file.get(`ema/${name}`), step)), `ema ${name}`).toBeLessThan(
            forward,
          )
      }
    }
    for (const name of names) {
      expect(relativeError(state[`m/${name}`]!, file.get(`m/${name}`)), `m ${name}`).toBeLessThan(forward)
      expect(relativeError(state[`v/${name}`]!, file.get(`v/${name}`)), `v ${name}`).toBeLessThan(forward)
    }
    await program.release()
  })

  test.each(['clip-large', 'clip-small'])('clipping by the global norm, %s', async (kind) => {
    const file = golden('adamw')
    const given = names.map((name) => input(name, file.get(`initial/${name}`).shape))
    const norm = globalNorm(given)
    const outputs: Record<string, Value> = { norm }
    clipByGlobalNorm(given, norm, 1).forEach((value, i) => (outputs[`clipped/${names[i]!}`] = value))
    const program = await (await backend).compile({ outputs })
    const results = await program.run(
      Object.fromEntries(names.map((name) => [name, narrow(file.get(`${kind}/grad/${name}`))])),
    )
    expect(relativeError(results.norm!, file.get(`${kind}/norm`))).toBeLessThan(forward)
    for (const name of names)
      expect(relativeError(results[`clipped/${name}`]!, file.get(`${kind}/result/${name}`)), name).toBeLessThan(forward)
    await program.release()
  })

  test('ten training steps of a ConvNeXt with GeM, neck and ArcFace: losses, norms, parameters', async () => {
    const file = golden('trajectory')
    const { outputs, feeds } = trajectoryStep(file)
    const program = await (await backend).compile({ outputs })
    const [pixels, labels] = [channelsLast(file.get('pixels')), file.get('labels')]
    let state = trajectoryStart(file)
    for (let step = 0; step < 10; step++) {
      const rows = Array.from(file.get('rows').data.slice(step * 4, step * 4 + 4), Number)
      const results = await program.run({
        ...state,
        ...feeds,
        ...scalarFeeds(step + 1, 1e-3),
        pixels: rowsOf(pixels, rows),
        labels: int32(
          [4],
          rows.map((row) => Number(labels.data[row])),
        ),
      })
      const expected = (name: string) => Number(file.get(name).data[step])
      const { rtol } = trainingTolerance
      expect(Math.abs(Number(results.loss!.data[0]) / expected('losses') - 1), `loss ${step}`).toBeLessThan(rtol)
      expect(Math.abs(Number(results.norm!.data[0]) / expected('norms') - 1), `norm ${step}`).toBeLessThan(rtol)
      state = fedBack(results)
    }
    // the graph's constants are float32 in either backend, and ten divisions by √v make their 6e-8 grow to 1e-6
    const limit = Math.max(gradients, 1e-5)
    for (const [name, tensor] of file.tensors) {
      if (!name.startsWith('final/')) continue
      expect(relativeError(state[renamed(name.slice('final/'.length))]!, tensor), name).toBeLessThan(limit)
    }
    await program.release()
  })
})

test('the cosine schedule with warm-up is the one written down', () => {
  const { lr, total, warmup, base, final } = JSON.parse(readFileSync(goldenPath('schedule.json'), 'utf8')) as {
    readonly lr: readonly number[]
  } & Readonly<Record<'total' | 'warmup' | 'base' | 'final', number>>
  expect(lr.length).toBe(total)
  lr.forEach((rate, step) => {
    const factor = cosineSchedule(step, total, { warmupSteps: warmup, finalFraction: final / base })
    expect((base * factor) / rate, `step ${step}`).toBeCloseTo(1, 12)
  })
})

const goldenNames: Readonly<Record<string, string>> = { gem_p: 'pool.p', arcface: 'head.weight' }
function renamed(name: string): string {
  return goldenNames[name] ?? name
}

/** The pieces of `stepGraph` around a network that is too small to have a name. */
function trajectoryStep(file: Golden): { outputs: Record<string, Value>; feeds: Tensors } {
  const [, , height, width] = file.get('pixels').shape as [number, number, number, number]
  const { depths, dims } = JSON.parse(file.metadata.arguments!) as Pick<ConvNextConfig, 'depths' | 'dims'>
  const scope = Scope.root('training')
  const labels = input('labels', [4], 'int32')
  const x = augment(input('pixels', [4, height, width, 3], 'uint8'), {
    affine: input('affine', [4, 2, 3]),
    color: input('color', [4, 3, 4]),
    erase: input('erase', [4, 4]),
  })
  const map = convnext(scope.child('backbone'), x, { ...convnextDefaults, depths, dims })
  const embeddings = batchNorm(scope.child('neck'), gemPool(scope.child('pool'), map))
  const logits = identityLogits(scope.child('head'), embeddings, labels, { identities: 4, loss: arcfaceDefaults })
  const loss = crossEntropy(logits, labels)
  const params = scope.params()
  const raw = gradient(
    loss,
    params.map(({ value }) => value),
  )
  const norm = globalNorm(raw)
  const clipped = clipByGlobalNorm(raw, norm, 1)
  const scalars = adamwInputs()
  const outputs: Record<string, Value> = { loss, norm }
  params.forEach(({ spec, value }, i) => {
    const [m, v] = [input(`m/${spec.name}`, spec.shape), input(`v/${spec.name}`, spec.shape)]
    const state = { parameter: value, gradient: clipped[i]!, m, v }
    const next = adamw(state, scalars, adamwDefaults, { decay: spec.decay, rateScale: 1 })
    outputs[`next/${spec.name}`] = next.parameter
    outputs[`next/m/${spec.name}`] = next.m
    outputs[`next/v/${spec.name}`] = next.v
  })
  for (const { spec, next } of scope.statistics()) outputs[`next/${spec.name}`] = next!
  const repeated = (shape: readonly number[], row: readonly number[]): Tensor =>
    tensor(
      'float32',
      shape,
      Float32Array.from({ length: 4 * row.length }, (_, i) => row[i % row.length]!),
    )
  const feeds = {
    affine: repeated([4, 2, 3], [1, 0, 0, 0, 1, 0]),
    color: repeated([4, 3, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]),
    erase: zeros('float32', [4, 4]),
  }
  return { outputs, feeds }
}

function trajectoryStart(file: Golden): Tensors {
  const state: Record<string, Tensor> = {}
  for (const [name, tensor] of file.tensors) {
    if (!name.startsWith('initial/')) continue
    const own = renamed(name.slice('initial/'.length))
    state[own] = narrow(tensor)
    if (own.includes('running')) continue
    state[`m/${own}`] = filled(tensor.shape, 0)
    state[`v/${own}`] = filled(tensor.shape, 0)
  }
  return state
}

/** Photos [B, H, W, 3] at these positions, as bytes. */
function rowsOf({ shape, data }: Tensor, rows: readonly number[]): Tensor {
  const size = data.length / shape[0]!
  const bytes = rows.flatMap((row) => Array.from(data.slice(row * size, (row + 1) * size), Number))
  return tensor('uint8', [rows.length, ...shape.slice(1)], Uint8Array.from(bytes))
}
