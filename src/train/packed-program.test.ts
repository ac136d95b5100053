import { describe, expect, test } from 'vitest'
import { relativeError } from '../../test/golden.ts'
import { tinyConfig, tinyFeeds, tinyNetworks, tinySeed } from '../../test/tiny-training.ts'
import { float32Op } from '../../test/tolerances.ts'
import { topological } from '../graph/index.ts'
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
    await expect(packed.program.read(['nothing'])).rejects.toThrow("state: there is no 'nothing'")
    const wrong: Record<string, Tensor> = { 'neck.weight': filled([2, 2, 2], 0) }
    await expect(packed.program.write(wrong)).rejects.toThrow("state: 'neck.weight', expected float32 [")
  })
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
