import { describe, expect, test } from 'vitest'
import { relativeError } from '../../test/golden.ts'
import { cosine } from '../../test/model-fixture.ts'
import { chunkTolerance, sameNumbers } from '../../test/tolerances.ts'
import { Rng } from '../base/index.ts'
import { augmentationParameters, augmentDefaults } from '../data/index.ts'
import { countFlop, peakBytes, topological } from '../graph/index.ts'
import { reidDefaults } from '../models/index.ts'
import { arcfaceDefaults } from '../nn/index.ts'
import { adamwDefaults, adamwFeeds, rateDefaults } from '../optim/index.ts'
import { ortBackend, type Tensors } from '../runtime/index.ts'
import { filled, float32, int32, sizeOf, type Tensor, tensor } from '../tensor/index.ts'
import { inferenceTensors, initialState } from './state.ts'
import { type StepConfig, stepGraph } from './step.ts'

// two places in the last map, so that GeM's p learns too
const [batchSize, heightPx, widthPx] = [4, 32, 64]
const config: StepConfig = {
  model: { ...reidDefaults, backbone: 'convnext_micro', embeddingSize: null },
  loss: arcfaceDefaults,
  labelSmoothing: 0,
  identities: 3,
  batchSize,
  chunk: 4,
  heightPx,
  widthPx,
  optimiser: adamwDefaults,
  rates: rateDefaults,
  clipNorm: 1,
  emaDecay: null,
  precision: 'fp32',
}

const numbers = ({ data }: Tensor) => Array.from(data as Float32Array)
const rng = new Rng('step.test')
const where = { seed: 1, step: 0, rows: batchSize, heightPx, widthPx }
const { affine, color, erase } = augmentationParameters(augmentDefaults, where)
const scalars = Object.entries(adamwFeeds(1, 0.01, adamwDefaults)).map(([name, v]) => [name, float32([], [v])])
const feeds: Tensors = {
  pixels: tensor(
    'uint8',
    [batchSize, heightPx, widthPx, 3],
    Uint8Array.from({ length: batchSize * heightPx * widthPx * 3 }, () => rng.int(256)),
  ),
  labels: int32([batchSize], [0, 1, 2, 0]),
  affine,
  color,
  erase,
  marginShare: filled([], 1),
  ...Object.fromEntries(scalars),
}

/** A step from the initial state. */
async function stepped(change: Partial<StepConfig>, masks: Tensors = {}) {
  const plan = stepGraph({ ...config, ...change })
  const state = initialState(plan, '0')
  const program = await (await ortBackend({ threads: 1 })).compile(plan.graph)
  const results = await program.run({ ...feeds, ...masks, ...state })
  await program.release()
  return { plan, state, results }
}

describe('stepGraph', async () => {
  const plain = await stepped({})

  test('a tensor of the state for each that it makes', () => {
    const { plan, state, results } = plain
    const made = Object.keys(results).filter((name) => name !== 'loss' && name !== 'gradientNorm')
    expect(made.sort()).toEqual(
      Object.keys(state)
        .map((name) => `next/${name}`)
        .sort(),
    )
    expect(plan.randoms).toEqual([])
    expect(Number(results.gradientNorm!.data[0])).toBeGreaterThan(1)
  })

  test('averaged weights follow by 1 − decay; without them a network infers with its own', async () => {
    const { plan, state, results } = await stepped({ emaDecay: 0.75 })
    for (const { name } of plan.params) {
      const next = results[`next/${name}`]!
      // the first average is the initial weight
      const average = float32(
        next.shape,
        numbers(next).map((v, i) => 0.25 * v + 0.75 * Number(state[name]!.data[i])),
      )
      expect(relativeError(results[`next/ema/${name}`]!, average), name).toBeLessThan(sameNumbers.rtol)
      expect(relativeError(next, plain.results[`next/${name}`]!), name).toBe(0)
    }
    const weights = inferenceTensors(plan, { ...state, 'ema/pool.p': filled([1], 5) })
    expect(weights.get('pool.p')!.data[0]).toBe(5)
    expect([...weights.keys()].sort()).toEqual([...plan.params, ...plan.statistics].map(({ name }) => name).sort())
    expect(inferenceTensors(plain.plan, plain.state).get('pool.p')).toBe(plain.state['pool.p'])
  })

  test('a rate of 0 leaves the backbone as it is, to the bit; the head learns', async () => {
    const { plan, state, results } = await stepped({ rates: { head: 1, backbone: 0, layerDecay: 1 } })
    for (const { name } of plan.params) {
      const same = relativeError(results[`next/${name}`]!, state[name]!) === 0
      expect(same, name).toBe(name.startsWith('backbone.'))
    }
  })

  test('in int8 the backbone’s blocks alone are rounded: near the exact step, and not it', async () => {
    const change = { model: { ...config.model, layerScaleInit: 0.3 }, clipNorm: null }
    // stripes of another width in each: batch norm over photos that are all noise would make much of how they are rounded
    const stripe = (i: number) => (Math.floor(i / 3) % widthPx) * 4 * (1 + Math.floor(i / (3 * heightPx * widthPx)))
    const { shape } = feeds.pixels!
    const pixels = tensor(
      'uint8',
      shape,
      Uint8Array.from({ length: sizeOf(shape) }, (_, i) => stripe(i) % 256),
    )
    const exact = await stepped(change, { pixels })
    const { plan, state, results } = await stepped({ ...change, precision: 'int8' }, { pixels })
    const lossError = relativeError(results.loss!, exact.results.loss!)
    expect(lossError).toBeGreaterThan(1e-7)
    expect(lossError).toBeLessThan(0.01)
    const gradients = ({ results }: Pick<typeof exact, 'results'>) =>
      [...plan.trained].flatMap((name) => numbers(results[`next/m/${name}`]!))
    const similarity = cosine(gradients({ results }), gradients(exact))
    expect(similarity).toBeGreaterThan(0.998)
    expect(similarity).toBeLessThan(0.999999)
    expect(Object.keys(results)).toEqual(Object.keys(exact.results))
    // the classifier's products, those of labels and embeddings with it, are exact: [B, D] · [D, identities] and back
    const classified = topological(Object.values(plan.graph.outputs)).filter(
      ({ op, shape }) => op === 'quantisedMatmul' && shape[0] === batchSize,
    )
    expect(classified).toEqual([])
    // nor is what all blocks read: the stem, and what leads from stage to stage
    const weights = topological(Object.values(plan.graph.outputs)).flatMap((value) => {
      const read = value.op === 'roundColumns' ? topological([value.inputs[0]]) : []
      return read.flatMap((own) => (own.op === 'input' ? [own.attrs.name] : []))
    })
    expect(weights).toContain('backbone.stages.2.blocks.0.mlp.fc1.weight')
    expect(weights.filter((name) => !/^backbone\.stages\.\d\.blocks\./.test(name))).toEqual([])
    expect(Object.keys(state)).toEqual(Object.keys(exact.state))
  })

  test('int8 rounds the gradients of blocks’ weights too, where both sides have 128 columns', () => {
    const ops = (precision: StepConfig['precision']) => {
      const model = { ...config.model, backbone: 'convnext_mini' }
      const values = topological(Object.values(stepGraph({ ...config, model, precision }).graph.outputs))
      return values.map(({ op }) => op)
    }
    expect(ops('int8-products')).not.toContain('wholeMatmul')
    // four blocks of 128 and 256 channels: two gradients, and the two products whose left side they read
    expect(ops('int8').filter((op) => op === 'wholeMatmul')).toHaveLength(4 * (2 + 2))
  })

  test('clipping divides all gradients by the norm it reports', async () => {
    const { results } = await stepped({ clipNorm: null })
    const norm = Number(results.gradientNorm!.data[0])
    expect(norm).toBeCloseTo(Number(plain.results.gradientNorm!.data[0]), 3)
    const [whole, clipped] = [results['next/m/head.weight']!, plain.results['next/m/head.weight']!]
    const scaled = float32(
      whole.shape,
      numbers(whole).map((v) => v / (norm + 1e-6)),
    )
    expect(relativeError(clipped, scaled)).toBeLessThan(1e-5)
  })

  test('frozen layers get no gradient, no moments and no next value; the others learn as if they were not', async () => {
    const change = { clipNorm: null, emaDecay: 0.9 }
    const [free, { plan, state, results }] = [await stepped(change), await stepped({ ...change, frozen: [2] })]
    const isFrozen = (name: string) => /^backbone\.(stem|stages\.0)\./.test(name) // layers 0 and 1 of micro
    for (const { name } of plan.params) {
      const kept = [`next/${name}`, `next/m/${name}`, `next/v/${name}`, `next/ema/${name}`]
      for (const output of kept) {
        if (isFrozen(name)) expect(results[output], output).toBeUndefined()
        else expect(relativeError(results[output]!, free.results[output]!), output).toBeLessThan(sameNumbers.rtol)
      }
      expect(Object.hasOwn(state, `m/${name}`), name).toBe(!isFrozen(name))
    }
    expect(countFlop(plan.graph)).toBeLessThan(0.9 * countFlop(free.plan.graph))
    expect([...inferenceTensors(plan, state).keys()].sort()).toEqual(
      [...inferenceTensors(free.plan, free.state).keys()].sort(),
    )
  })

  test('with the whole backbone frozen a step is a forward pass and the head’s', async () => {
    const frozen = stepGraph({ ...config, frozen: [5] }) // four blocks, and what leads to the first
    expect([...frozen.trained].sort()).toEqual(['head.weight', 'neck.weight', 'pool.p'])
    expect(countFlop(frozen.graph) / countFlop(stepGraph(config).graph)).toBeLessThan(0.4)
  })

  test('what a later stage releases has a bias correction of its own', async () => {
    const own = { 'correction1/1': filled([], 7), 'correction2/1': filled([], 3) }
    const plan = stepGraph({ ...config, frozen: [11, 3] })
    const state = initialState(plan, '0')
    const program = await (await ortBackend({ threads: 1 })).compile(plan.graph)
    const [as, other] = [
      await program.run({
        ...feeds,
        'correction1/1': feeds.correction1!,
        'correction2/1': feeds.correction2!,
        ...state,
      }),
      await program.run({ ...feeds, ...own, ...state }),
    ]
    await program.release()
    for (const name of plan.trained) {
      const same = relativeError(as[`next/${name}`]!, other[`next/${name}`]!) === 0
      expect(same, name).toBe(!name.startsWith('backbone.'))
    }
  })

  test.each([2, 'all'] as const)(
    'with %s blocks computed again a step is the same in less memory',
    async (recompute) => {
      // one chunk of two rows and one of two; masks that both computations must share
      const change = { model: { ...config.model, dropPath: 0.5 }, chunk: 2, clipNorm: null }
      const masks = Object.fromEntries(
        stepGraph({ ...config, ...change }).randoms.map(({ name, shape }) => [name, filled(shape, name.length % 2)]),
      )
      const [kept, again] = [await stepped(change, masks), await stepped({ ...change, recompute }, masks)]
      for (const [name, result] of Object.entries(kept.results))
        expect(relativeError(again.results[name]!, result), name).toBeLessThan(sameNumbers.rtol)
      expect(peakBytes(again.plan.graph)).toBeLessThan(peakBytes(kept.plan.graph))
      expect(countFlop(again.plan.graph)).toBeGreaterThan(countFlop(kept.plan.graph))
    },
  )

  test('with all blocks of a vision transformer computed again the gradients are the same, in less memory', async () => {
    const change = { model: { ...config.model, backbone: 'vit_mini_patch8' }, chunk: 2, clipNorm: null }
    const [kept, again] = [await stepped(change), await stepped({ ...change, recompute: 'all' })]
    // all first moments as one vector: some gradients are zero (of key biases; of a scale before the neck) but for rounding
    const moments = (results: Tensors): Tensor => {
      const own = Object.entries(results).filter(([name]) => name.startsWith('next/m/'))
      const data = Float32Array.from(own.flatMap(([, { data: numbers }]) => Array.from(numbers, Number)))
      return tensor('float32', [data.length], data)
    }
    expect(relativeError(again.results.loss!, kept.results.loss!)).toBeLessThan(sameNumbers.rtol)
    expect(relativeError(moments(again.results), moments(kept.results))).toBeLessThan(chunkTolerance.rtol)
    const large = { ...config, ...change, widthPx: 128, heightPx: 128 } // at 32² the peak is the optimiser's
    const peaks = (['all', 0] as const).map((recompute) => peakBytes(stepGraph({ ...large, recompute }).graph))
    expect(peaks[0]!).toBeLessThan(0.7 * peaks[1]!)
    expect(countFlop(again.plan.graph)).toBeGreaterThan(countFlop(kept.plan.graph))
  })

  test('sizes that no stage can halve are refused', () => {
    expect(() => stepGraph({ ...config, widthPx: 48 })).toThrow('image size, expected multiples of 32, got 32 × 48')
  })
})

describe('initialState', () => {
  test('is drawn by seed and name, moments zero; given weights take the place of drawn ones', () => {
    const plan = stepGraph(config)
    const [first, again, other] = ['0', '0', '1'].map((seed) => initialState(plan, seed))
    expect(Object.keys(again!)).toEqual(Object.keys(first!))
    for (const [name, t] of Object.entries(first!)) expect(relativeError(again![name]!, t), name).toBe(0)
    expect(relativeError(other!['head.weight']!, first!['head.weight']!)).toBeGreaterThan(1)
    expect(first!['pool.p']!.data[0]).toBe(3)
    expect(first!['neck.running_var']!.data[0]).toBe(1)
    expect(Math.max(...numbers(first!['m/head.weight']!))).toBe(0)
    // another number of identities draws the backbone alike
    const wider = initialState(stepGraph({ ...config, identities: 9 }), '0')
    expect(numbers(wider['backbone.stem.0.weight']!)).toEqual(numbers(first!['backbone.stem.0.weight']!))
    const given = new Map([['pool.p', float32([1], [4])]])
    const averaged = initialState(stepGraph({ ...config, emaDecay: 0.9 }), '0', given)
    expect([averaged['pool.p']!.data[0], averaged['ema/pool.p']!.data[0]]).toEqual([4, 4])
    expect(averaged['ema/pool.p']!.data).not.toBe(averaged['pool.p']!.data)
  })
})
