import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { gradient, pullback } from '../src/autodiff/index.ts'
import { concat, constant, flip, input, reduceMean, reshape, type Value } from '../src/graph/index.ts'
import {
  backboneNames,
  backboneOf,
  type ConvNextConfig,
  convnext,
  convnextDefaults,
  convnextHead,
  convnextMiniatures,
  reidDefaults,
  timmState,
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
import { asFloat32, filled, int32, type Tensor } from '../src/tensor/index.ts'
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
import { recordParity, writeParityAtEnd } from './parity.ts'

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
    responseNorm: args.use_grn === true,
    layerScaleInit: args.ls_init_value === null ? null : convnextDefaults.layerScaleInit,
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

const variants = {
  convnext: ['patch', 'atto', 'atto_ols', 'nano_ols', 'tiny_hnf', 'large_mlp', 'atto_rms', 'zepto_rms_ols'],
  convnextv2: ['v2', 'v2_atto'],
} as const
const cases = Object.entries(variants).flatMap(([family, names]) =>
  names.flatMap((variant) => goldenBackends.map((on) => ({ family, variant, ...on }))),
)
writeParityAtEnd()

describe('ConvNeXt against timm, forward and every gradient', () => {
  test.each(cases)('$variant: $name', async ({ family, variant, name, backend, forward, gradients }) => {
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
    const errorOf = (key: string, expected: Tensor) => relativeError(results[key]!, expected)

    const forwardError = Math.max(
      errorOf('features', channelsLast(file.get('features'))),
      errorOf('out', file.get('out')),
    )
    expect(forwardError).toBeLessThan(forward)
    // grad/x is kept as float32 in the golden file
    expect(errorOf('grad/x', channelsLast(file.get('grad/x')))).toBeLessThan(Math.max(gradients, 1e-6))
    const errors = body.map(({ spec }) => [spec.name, errorOf(`grad/${spec.name}`, file.get(`grad/${spec.name}`))])
    for (const [parameter, error] of errors) expect(error, `${parameter}`).toBeLessThan(gradients)
    const made = (names: Iterable<string>) => [...names].filter((key) => key.startsWith('grad/')).sort()
    expect(made(Object.keys(outputs))).toEqual(made(file.tensors.keys()))
    const worst = Math.max(...errors.map(([, error]) => Number(error)))
    recordParity({ family, variant, backend: name, forward: forwardError, gradients: worst })
  })
})

interface NamesOfTimm {
  readonly parameters: number
  readonly pretrained: Readonly<Record<string, readonly [inputPx: number, pixels: string, licence: string]>>
  readonly state: readonly (readonly [name: string, shape: readonly number[]])[]
}

describe('every size of ConvNeXt', () => {
  const { models } = JSON.parse(readFileSync(goldenPath('convnext-names.json'), 'utf8')) as {
    models: Record<string, NamesOfTimm>
  }
  const names = backboneNames.filter((name) => name.startsWith('convnext') && !Object.hasOwn(convnextMiniatures, name))

  test('of timm is there, and no other', () => {
    expect([...names].sort()).toEqual(Object.keys(models).sort())
  })

  test.each(names)('%s: names, shapes, number of parameters and published weights are timm’s', (name) => {
    const { parameters, pretrained, state } = models[name]!
    const scope = Scope.root('inference')
    const backbone = backboneOf(name)
    backbone.head(scope, backbone.features(scope, input('x', [1, 64, 64, 3])))
    const ours = scope.params().map(({ spec }) => [spec.name, [...spec.shape]] as const)
    const sorted = (list: NamesOfTimm['state']) => [...list].sort((a, b) => (a[0] < b[0] ? -1 : 1))
    expect(sorted(ours)).toEqual(sorted(state))
    expect(ours.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(parameters)
    const tags = Object.entries(backbone.pretrained).map(
      ([tag, { inputPx, pixels, licence }]) => [tag, [inputPx, pixels, licence]] as const,
    )
    expect(Object.fromEntries(tags)).toEqual(pretrained)
    expect(tags[0]?.[0], 'the default tag').toBe(Object.keys(pretrained)[0])
  })

  test.each(names)('%s is exported under all names of timm', (name) => {
    const scope = Scope.root('inference')
    backboneOf(name).features(scope, input('x', [1, 64, 64, 3]))
    const tensors = new Map(scope.params().map(({ spec }) => [`backbone.${spec.name}`, filled([1], 2)]))
    const { backbone } = timmState({ ...reidDefaults, backbone: name }, tensors, { heightPx: 64, widthPx: 64 })
    expect([...backbone.keys()].sort()).toEqual(models[name]!.state.map(([key]) => key).sort())
  })

  test('what follows timm’s pooling begins as nothing: ones, zeros, the identity', () => {
    const scope = Scope.root('inference')
    backboneOf('convnext_large_mlp').features(scope, input('x', [1, 64, 64, 3]))
    const tensors = new Map(scope.params().map(({ spec }) => [`backbone.${spec.name}`, filled([1], 2)]))
    const network = { ...reidDefaults, backbone: 'convnext_large_mlp' }
    const { backbone } = timmState(network, tensors, { heightPx: 64, widthPx: 64 })
    const { shape, data } = asFloat32(backbone.get('head.pre_logits.fc.weight')!)
    expect(shape).toEqual([1536, 1536])
    expect([...data.subarray(1536, 1536 + 3)]).toEqual([0, 1, 0])
    expect(data.reduce((a, b) => a + b)).toBe(1536)
    expect(backbone.get('head.norm.weight')!.data[7]).toBe(1)
    expect(backbone.get('stages.0.blocks.0.gamma')!.data).toEqual(Float32Array.of(2))
  })
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
