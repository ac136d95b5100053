import { describe, expect, test } from 'vitest'
import { compute, relativeError } from '../../test/golden.ts'
import { chunkTolerance } from '../../test/tolerances.ts'
import { gradient } from '../autodiff/index.ts'
import { Rng } from '../base/index.ts'
import { input, type Value } from '../graph/index.ts'
import { arcfaceDefaults, initialise, l2Normalise, Scope } from '../nn/index.ts'
import { ortBackend } from '../runtime/index.ts'
import { int32, type Tensor, tensor } from '../tensor/index.ts'
import { pixelStatistics } from './pixel-statistics.ts'
import {
  embeddingSize,
  neck,
  pooledFeatures,
  type ReIdConfig,
  reidBackbone,
  reidDefaults,
  reidEmbedding,
  reidLoss,
} from './reid.ts'

const tiny: ReIdConfig = {
  ...reidDefaults,
  backbone: 'convnext_zepto_rms_ols',
  embeddingSize: 24,
  dropPath: 0.4,
  dropout: 0.1,
  layerScaleInit: 0.5,
}
const [batch, side] = [8, 32]

/** Loss, gradients and statistics of a training pass over a batch, in chunks. */
async function trainingPass(chunk: number, config = tiny) {
  const scope = Scope.root('training')
  const labels = input('labels', [batch], 'int32')
  const x = input('x', [batch, side, side, 3])
  const options = { identities: 5, loss: arcfaceDefaults, labelSmoothing: 0.1, chunk }
  const { loss, embeddings } = reidLoss(scope, x, labels, config, options)
  const params = scope.params()
  const outputs: Record<string, Value> = { loss, embeddings }
  gradient(
    loss,
    params.map(({ value }) => value),
  ).forEach((value, i) => (outputs[`gradient of ${params[i]!.spec.name}`] = value))
  for (const { spec, next } of scope.statistics()) outputs[`next ${spec.name}`] = next!
  const rng = new Rng('chunks')
  const drawn = (name: string, shape: readonly number[]) =>
    initialise(shape, { kind: 'truncatedNormal', standardDeviation: 1 }, rng.fork(name))
  const feeds: Record<string, Tensor> = {
    x: drawn('x', [batch, side, side, 3]),
    labels: int32([batch], [0, 1, 2, 3, 4, 0, 1, 2]),
  }
  for (const { spec } of params) feeds[spec.name] = initialise(spec.shape, spec.init, rng.fork(spec.name))
  for (const { spec } of scope.statistics()) feeds[spec.name] = initialise(spec.shape, spec.init, rng)
  for (const { name, shape, keep } of scope.randoms()) {
    const own = rng.fork(name)
    const mask = Float32Array.from({ length: shape.reduce((a, v) => a * v, 1) }, () =>
      own.chance(keep) ? 1 / keep : 0,
    )
    feeds[name] = tensor('float32', shape, mask)
  }
  return { results: await compute(await ortBackend({ threads: 1 }), outputs, feeds), randoms: scope.randoms() }
}

describe('the backbone in chunks', async () => {
  const whole = await trainingPass(batch)

  test('the whole batch has a mask of a row a photo for each dropped branch', () => {
    const masks = whole.randoms.filter(({ name }) => name.endsWith('drop_path'))
    // ten blocks, of which the first is never dropped; the last with probability 0.4
    expect(masks.length).toBe(9)
    for (const { shape } of masks) expect(shape).toEqual([8, 1, 1, 1])
    expect(masks.at(-1)!.keep).toBeCloseTo(0.6, 12)
    expect(masks[0]!.keep).toBeCloseTo(1 - 0.4 / 9, 12)
  })

  test.each([2, 3, 4])('chunks of %d give the batch’s loss, gradients and statistics', async (chunk) => {
    const { results, randoms } = await trainingPass(chunk)
    expect(randoms).toEqual(whole.randoms)
    for (const [name, expected] of Object.entries(whole.results))
      expect(relativeError(results[name]!, expected), name).toBeLessThan(chunkTolerance.rtol)
  })
})

test('a vision transformer in chunks gives the batch’s, with a mask for each of a block’s two branches', async () => {
  const config: ReIdConfig = { ...tiny, backbone: 'vit_mini_patch8', pool: 'token' }
  const whole = await trainingPass(batch, config)
  const masks = whole.randoms.filter(({ name }) => name.endsWith('drop_path'))
  const drawn = [1, 2].flatMap((i) => [1, 2].map((k) => `backbone.blocks.${i}.drop_path${k}.drop_path`))
  expect(masks.map(({ name }) => name)).toEqual(drawn)
  expect(masks.map(({ shape }) => shape.join())).toEqual(drawn.map(() => '8,1,1'))
  ;[0.8, 0.8, 0.6, 0.6].forEach((keep, i) => expect(masks[i]!.keep).toBeCloseTo(keep, 12))
  const { results } = await trainingPass(3, config)
  for (const [name, expected] of Object.entries(whole.results))
    expect(relativeError(results[name]!, expected), name).toBeLessThan(chunkTolerance.rtol)
})

describe('the assembly', () => {
  const params = (config: ReIdConfig) => {
    const scope = Scope.root('training')
    reidLoss(scope, input('x', [2, 32, 32, 3]), input('labels', [2], 'int32'), config, {
      identities: 3,
      loss: arcfaceDefaults,
      labelSmoothing: 0,
      chunk: 2,
    })
    return scope.params().map(({ spec }) => spec)
  }

  test('an embedding of another width than the backbone’s is projected; the backbone’s own is not', () => {
    const shapes = (config: ReIdConfig) =>
      Object.fromEntries(
        params(config).flatMap(({ name, shape }) => (name.startsWith('backbone') ? [] : [[name, shape]])),
      )
    const none = { ...tiny, neckBias: true }
    expect(shapes(none)).toEqual({
      'pool.p': [1],
      'projection.weight': [24, 256],
      'projection.bias': [24],
      'neck.weight': [24],
      'neck.bias': [24],
      'head.weight': [3, 24],
    })
    const own = { 'neck.weight': [256], 'head.weight': [3, 256] }
    const plain: ReIdConfig = { ...tiny, pool: 'average', neckBias: false }
    expect(shapes({ ...plain, embeddingSize: 256 })).toEqual(own)
    expect(shapes({ ...plain, embeddingSize: null })).toEqual(own)
    expect([embeddingSize({ ...tiny, embeddingSize: null }), embeddingSize(tiny)]).toEqual([256, 24])
  })

  test('decay is for matrices and kernels, not for norms, biases, layer scale and GeM’s p', () => {
    const kinds = (decay: boolean) => {
      const own = params({ ...tiny, neckBias: true }).filter((spec) => spec.decay === decay)
      return [...new Set(own.map(({ name }) => name.replaceAll(/\.\d+(?=\.)/g, '.#')))].sort()
    }
    expect(kinds(true)).toEqual([
      'backbone.stages.#.blocks.#.conv_dw.weight',
      'backbone.stages.#.blocks.#.mlp.fc1.weight',
      'backbone.stages.#.blocks.#.mlp.fc2.weight',
      'backbone.stages.#.downsample.#.weight', // the convolution, .1
      'backbone.stem.#.weight', // the convolutions, .0 and .2
      'head.weight',
      'projection.weight',
    ])
    expect(kinds(false)).toEqual([
      'backbone.stages.#.blocks.#.conv_dw.bias',
      'backbone.stages.#.blocks.#.gamma',
      'backbone.stages.#.blocks.#.mlp.fc1.bias',
      'backbone.stages.#.blocks.#.mlp.fc2.bias',
      'backbone.stages.#.blocks.#.norm.weight',
      'backbone.stages.#.downsample.#.bias',
      'backbone.stages.#.downsample.#.weight', // the norm, .0
      'backbone.stem.#.bias',
      'backbone.stem.#.weight', // the norm, .3
      'neck.bias',
      'neck.weight',
      'pool.p',
      'projection.bias',
    ])
    const decayOf = (name: string) => params(tiny).find((spec) => spec.name === name)?.decay
    expect(['stem.0', 'stem.2', 'stem.3'].map((at) => decayOf(`backbone.${at}.weight`))).toEqual([true, true, false])
    expect([0, 1].map((at) => decayOf(`backbone.stages.1.downsample.${at}.weight`))).toEqual([false, true])
  })

  test('the neck drops out in training only', () => {
    const training = Scope.root('training')
    neck(training, input('pooled', [4, 256]), tiny)
    expect(training.randoms()).toEqual([{ name: 'dropout', shape: [4, 24], keep: 0.9 }])
    const inference = Scope.root('inference')
    neck(inference, input('pooled', ['N', 256]), tiny)
    expect(inference.randoms()).toEqual([])
  })
})

describe('the backbone', () => {
  test('has what the run sets', () => {
    const scope = Scope.root('training')
    reidBackbone(tiny).features(scope, input('x', [2, 32, 32, 3]))
    const gamma = scope.params().find(({ spec }) => spec.name === 'stages.0.blocks.0.gamma')
    expect(gamma!.spec.init).toEqual({ kind: 'constant', value: 0.5 })
    expect(scope.randoms().at(-1)!.keep).toBeCloseTo(0.6, 12)
  })

  test('without a class token has none to pool', () => {
    const build = () => pooledFeatures(Scope.root('inference'), input('x', [2, 32, 32, 3]), { ...tiny, pool: 'token' })
    expect(build).toThrow("model.pool: 'token', but convnext_zepto_rms_ols has no class token")
  })

  test.each(['imagenet', 'clip', 'half'] as const)('pixels are standardised as %s has it', async (pixels) => {
    const network: ReIdConfig = { ...tiny, dropPath: 0, dropout: 0, pixels }
    const scope = Scope.root('inference')
    const embedding = reidEmbedding(scope, input('pixels', [1, side, side, 3], 'uint8'), network, { flip: false })
    const own = Scope.root('inference')
    const standardised = l2Normalise(neck(own, pooledFeatures(own, input('x', [1, side, side, 3]), network), network))
    const rng = new Rng('pixels')
    const bytes = Uint8Array.from({ length: side * side * 3 }, () => rng.int(256))
    const { mean, std } = pixelStatistics[pixels]
    const feeds: Record<string, Tensor> = {
      pixels: tensor('uint8', [1, side, side, 3], bytes),
      x: tensor(
        'float32',
        [1, side, side, 3],
        Float32Array.from(bytes, (v, i) => (v / 255 - mean[i % 3]!) / std[i % 3]!),
      ),
    }
    for (const { spec } of [...scope.params(), ...scope.statistics()])
      feeds[spec.name] = initialise(spec.shape, spec.init, rng.fork(spec.name))
    const results = await compute(await ortBackend({ threads: 1 }), { embedding, standardised }, feeds)
    expect(relativeError(results.embedding!, results.standardised!)).toBeLessThan(1e-5)
  })
})
