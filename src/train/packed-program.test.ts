import { describe, expect, test } from 'vitest'
import { relativeError } from '../../test/golden.ts'
import { tinyConfig, tinyFeeds, tinyNetworks, tinySeed } from '../../test/tiny-training.ts'
import { float32Op } from '../../test/tolerances.ts'
import { topological } from '../graph/index.ts'
import { lossScaleDefaults } from '../optim/index.ts'
import { ortBackend } from '../runtime/index.ts'
import { filled, sizeOf, type Tensor } from '../tensor/index.ts'
import { startStep } from './packed-program.ts'
import { packAlike } from './packs.ts'
import { initialState } from './state.ts'
import { stepGraph } from './step.ts'

const backend = await ortBackend({ threads: 1 })
const config = {
  ...tinyConfig(tinyNetworks.ConvNeXt!),
  emaDecay: 0.9,
  rates: { head: 2, backbone: 1, layerDecay: 0.5 },
}

/** Three steps, told and held. */
async function trained(packed: boolean) {
  const plan = stepGraph({ ...config, packed })
  const program = await startStep(backend, plan, initialState(plan, tinySeed))
  const losses: number[] = []
  for (let step = 0; step < 3; step++) losses.push(Number((await program.step(tinyFeeds(step, plan))).loss!.data[0]))
  return { plan, program, losses }
}

describe('a step whose parameters are packed', async () => {
  const [plain, packed] = [await trained(false), await trained(true)]

  test('has far fewer nodes, and several packs: by decay and rate', () => {
    const nodes = [plain, packed].map(({ plan }) => topological(Object.values(plan.graph.outputs)).length)
    expect(nodes[1]! / nodes[0]!).toBeLessThan(0.75)
    expect(packed.plan.packs.length).toBeGreaterThan(4)
    for (const { parts } of packed.plan.packs) expect(new Set(parts.map(({ spec }) => `${spec.shape}`)).size).toBe(1)
    expect(plain.plan.packs).toEqual([])
  })

  test('gives the losses and the state of the plain step, under the same names', async () => {
    packed.losses.forEach((loss, i) => expect(loss).toBeCloseTo(plain.losses[i]!, 5))
    expect(packed.losses[2]).not.toBe(packed.losses[0])
    const [ours, wanted] = [await packed.program.checkpoint(), await plain.program.checkpoint()]
    expect(Object.keys(ours).sort()).toEqual(Object.keys(wanted).sort())
    for (const [name, tensor] of Object.entries(wanted)) {
      if (name.endsWith('projection.bias')) continue // the batch norm takes it away: its gradient is rounding alone
      expect(ours[name]!.shape, name).toEqual(tensor.shape)
      expect(relativeError(ours[name]!, tensor), name).toBeLessThan(float32Op.rtol)
    }
  })

  test('reads and writes single tensors', async () => {
    const name = 'm/neck.weight'
    const { shape } = (await packed.program.read([name]))[name]!
    const before = await packed.program.checkpoint()
    await packed.program.write({ [name]: filled(shape, 7) })
    const after = await packed.program.checkpoint()
    expect(after[name]!.data).toEqual(new Float32Array(sizeOf(shape)).fill(7))
    for (const [other, tensor] of Object.entries(before))
      if (other !== name) expect(after[other]!.data, other).toEqual(tensor.data)
  })

  test('refuses what it has not, and another shape', async () => {
    for (const name of ['nothing', 'pack/0'])
      await expect(packed.program.read([name])).rejects.toThrow(`state: there is no '${name}'`)
    const wrong: Record<string, Tensor> = { 'neck.weight': filled([2, 2, 2], 0) }
    await expect(packed.program.write(wrong)).rejects.toThrow("state: 'neck.weight', expected float32 [")
  })
})

test('a statistic alone is written, which no pack has', async () => {
  const { program } = await trained(true)
  const name = 'neck.running_mean'
  const { shape } = (await program.read([name]))[name]!
  await program.write({ [name]: filled(shape, 3) })
  expect((await program.checkpoint())[name]!.data).toEqual(new Float32Array(sizeOf(shape)).fill(3))
})

test('a state that lacks a tensor, or has it in another shape, is refused by its name', async () => {
  const plan = stepGraph({ ...config, packed: true })
  const state = initialState(plan, tinySeed)
  const name = plan.packs[0]!.parts[1]!.spec.name
  const { [name]: _, ...without } = state
  await expect(startStep(backend, plan, without)).rejects.toThrow(`state: '${name}' is missing`)
  const short = startStep(backend, plan, { ...state, [name]: filled([1], 0) })
  await expect(short).rejects.toThrow(`state: '${name}', expected float32 [`)
})

test.each([
  ['a later stage that releases layers', { frozen: [3, 1] }],
  ['blocks that are computed again', { recompute: 'all' }],
  ['float16', { precision: 'fp16', lossScale: { ...lossScaleDefaults, initial: 8 } }],
] as const)('with %s a packed step is the plain one', async (_, change) => {
  const [plain, packed] = await Promise.all(
    [false, true].map(async (packed) => {
      const plan = stepGraph({ ...config, ...change, packed })
      const program = await startStep(backend, plan, initialState(plan, tinySeed))
      const own = { 'correction1/1': filled([], 1), 'correction2/1': filled([], 1) }
      const { loss, gradientNorm } = await program.step({ ...tinyFeeds(0, plan), ...('frozen' in change ? own : {}) })
      return [loss, gradientNorm].map((told) => Number(told!.data[0]))
    }),
  )
  expect(packed![0]! / plain![0]!).toBeCloseTo(1, 5)
  expect(packed![1]! / plain![1]!).toBeCloseTo(1, 4)
})

test('whole numbers are not packed: they are rounded parameter by parameter', () => {
  expect(() => stepGraph({ ...config, precision: 'int8', packed: true })).toThrow('expected a step that is not packed')
})

test('a pack ends before it is too large to bind', () => {
  const part = (name: string, size: number) => ({
    spec: { name, shape: [size], init: { kind: 'constant', value: 0 }, decay: true } as const,
    value: undefined as never,
  })
  const large = ['a', 'b', 'c', 'd', 'e'].map((name) => part(name, 2 ** 23))
  const packs = packAlike([...large, part('f', 1), part('g', 2 ** 25), part('h', 2 ** 25)], () => '')
  expect(packs.map(({ parts }) => parts.map(({ spec }) => spec.name))).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
})
