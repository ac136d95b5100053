import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { gradient, pullback } from '../src/autodiff/index.ts'
import { concat, constant, flip, input, reduceMean, reshape, type Value } from '../src/graph/index.ts'
import {
  type ConvNextConfig,
  type ConvNextName,
  convnext,
  convnextDefaults,
  convnextHead,
  convnextSizes,
} from '../src/models/index.ts'
import {
  arcfaceDefaults,
  batchNorm,
  crossEntropy,
  gemDefaults,
  gemPool,
  identityLogits,
  l2Normalise,
  Scope,
} from '../src/nn/index.ts'
import { int32, type Tensor } from '../src/tensor/index.ts'
import {
  channelsLast,
  compute,
  type Golden,
  golden,
  goldenBackends,
  goldenPath,
  narrow,
  relativeError,
} from './golden.ts'

/** The constructor arguments of timm's class, as our configuration. */
function configOf(file: Golden): ConvNextConfig {
  const args = JSON.parse(file.metadata.arguments!) as Record<string, unknown>
  const kinds = { rmsnorm2d: 'rms', simplenorm: 'simple' } as const
  return {
    ...convnextDefaults,
    depths: args.depths as ConvNextConfig['depths'],
    dims: args.dims as ConvNextConfig['dims'],
    convMlp: args.conv_mlp === true,
    stem: (args.stem_type ?? 'patch') as ConvNextConfig['stem'],
    headNormFirst: args.head_norm_first === true,
    headHiddenSize: args.head_hidden_size as number | undefined,
    norm: {
      kind: kinds[args.norm_layer as keyof typeof kinds] ?? 'layer',
      eps: (args.norm_eps as number | undefined) ?? 1e-6,
    },
  }
}

function parametersOf(file: Golden, prefix = 'param/'): Record<string, Tensor> {
  const own = [...file.tensors].filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(own.map(([name, t]) => [name.slice(prefix.length), narrow(t)]))
}

describe.each(['patch', 'atto', 'atto_ols', 'nano_ols', 'tiny_hnf', 'large_mlp', 'atto_rms', 'zepto_rms_ols'])(
  'ConvNeXt %s against timm',
  (variant) => {
    test.each(goldenBackends)('forward and every gradient: $name', async ({ backend, forward, gradients }) => {
      const file = golden(`convnext-${variant}`)
      const config = configOf(file)
      const pixels = channelsLast(file.get('x'))
      const scope = Scope.root('training')
      const x = input('x', pixels.shape)
      const features = convnext(scope, x, config)
      const body = scope.params()
      const out = convnextHead(scope, features, config)
      const cotangent = constant(narrow(channelsLast(file.get('dfeatures'))))
      const gradientValues = pullback([features], [cotangent], [x, ...body.map(({ value }) => value)])
      const outputs: Record<string, Value> = { features, out }
      gradientValues.forEach((value, i) => (outputs[i === 0 ? 'grad/x' : `grad/${body[i - 1]!.spec.name}`] = value))
      const results = await compute(await backend, outputs, { x: narrow(pixels), ...parametersOf(file) })

      expect(relativeError(results.features!, channelsLast(file.get('features')))).toBeLessThan(forward)
      expect(relativeError(results.out!, file.get('out'))).toBeLessThan(forward)
      // grad/x is kept as float32 in the golden file
      expect(relativeError(results['grad/x']!, channelsLast(file.get('grad/x')))).toBeLessThan(
        Math.max(gradients, 1e-6),
      )
      for (const { spec } of body) {
        expect(relativeError(results[`grad/${spec.name}`]!, file.get(`grad/${spec.name}`)), spec.name).toBeLessThan(
          gradients,
        )
      }
      const expected = [...file.tensors.keys()].filter((name) => name.startsWith('grad/')).sort()
      expect(
        Object.keys(outputs)
          .filter((name) => name.startsWith('grad/'))
          .sort(),
      ).toEqual(expected)
    })
  },
)

test('names, shapes and parameter counts of every size are timm’s', () => {
  const { models } = JSON.parse(readFileSync(goldenPath('convnext-names.json'), 'utf8')) as {
    models: Record<string, { parameters: number; state: [string, number[]][] }>
  }
  expect(Object.keys(convnextSizes).sort()).toEqual(Object.keys(models).sort())
  for (const [name, { parameters, state }] of Object.entries(models)) {
    const scope = Scope.root('inference')
    const config = convnextSizes[name as ConvNextName]
    convnextHead(scope, convnext(scope, input('x', [1, 64, 64, 3]), config), config)
    const ours = scope.params().map(({ spec }) => [spec.name, [...spec.shape]] as [string, number[]])
    const sorted = (list: [string, number[]][]) => [...list].sort((a, b) => (a[0] < b[0] ? -1 : 1))
    expect(sorted(ours), name).toEqual(sorted(state))
    expect(
      ours.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0),
      name,
    ).toBe(parameters)
  }
})

test.each(goldenBackends)(
  'backbone, GeM, neck and ArcFace: loss, gradients, inference: $name',
  async ({ backend, forward, gradients }) => {
    const file = golden('reid')
    const config = configOf(file)
    const names: Record<string, string> = { gem_p: 'pool.p', arcface: 'head.weight' }
    const rename = (name: string) => names[name] ?? name
    const parameters = Object.fromEntries(Object.entries(parametersOf(file)).map(([name, t]) => [rename(name), t]))
    const pixels = channelsLast(file.get('x'))
    const labels = int32([4], Array.from(file.get('labels').data, Number))

    const scope = Scope.root('training')
    const pooled = gemPool(
      scope.child('pool'),
      convnext(scope.child('backbone'), input('x', pixels.shape), config),
      gemDefaults,
    )
    const embeddings = batchNorm(scope.child('neck'), pooled)
    const labelInput = input('labels', [4], 'int32')
    const logits = identityLogits(scope.child('head'), embeddings, labelInput, { identities: 5, loss: arcfaceDefaults })
    const loss = crossEntropy(logits, labelInput)
    const params = scope.params()
    const outputs: Record<string, Value> = { loss }
    gradient(
      loss,
      params.map(({ value }) => value),
    ).forEach((value, i) => (outputs[`grad/${params[i]!.spec.name}`] = value))
    for (const { spec, next } of scope.statistics()) outputs[`next/${spec.name}`] = next!
    const results = await compute(await backend, outputs, { x: narrow(pixels), labels, ...parameters })
    expect(relativeError(results.loss!, file.get('loss'))).toBeLessThan(forward)
    for (const [name] of file.tensors) {
      if (!name.startsWith('grad/')) continue
      expect(relativeError(results[`grad/${rename(name.slice(5))}`]!, file.get(name)), name).toBeLessThan(gradients)
    }
    const after = {
      'neck.running_mean': file.get('after/running_mean'),
      'neck.running_var': file.get('after/running_var'),
    }
    for (const [name, t] of Object.entries(after))
      expect(relativeError(results[`next/${name}`]!, t)).toBeLessThan(forward)

    const inference = Scope.root('inference')
    const x = input('x', pixels.shape)
    const map = convnext(inference.child('backbone'), concat([x, flip(x, [2])]), config)
    const out = batchNorm(inference.child('neck'), gemPool(inference.child('pool'), map))
    const embedding = l2Normalise(reduceMean(reshape(out, [2, 4, -1]), { axes: [0] }))
    const narrowed = Object.fromEntries(Object.entries(after).map(([name, t]) => [name, narrow(t)]))
    const inferred = await compute(await backend, { embedding }, { x: narrow(pixels), ...parameters, ...narrowed })
    expect(relativeError(inferred.embedding!, file.get('inference/embedding'))).toBeLessThan(Math.max(forward, 1e-6))
  },
)
