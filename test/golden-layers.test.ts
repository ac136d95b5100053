import { describe, expect, test } from 'vitest'
import { pullback } from '../src/autodiff/index.ts'
import { Rng } from '../src/base/index.ts'
import { constant, gelu, input, mul, staticShape, type Value } from '../src/graph/index.ts'
import {
  batchNorm,
  depthwiseConv,
  gemPool,
  l2Normalise,
  linear,
  norm,
  normLinear,
  normPatchify,
  patchify,
  Scope,
  stridedConv3,
} from '../src/nn/index.ts'
import { float32, sizeOf, type Tensor } from '../src/tensor/index.ts'
import { compute, type Golden, golden, goldenBackends, narrow, relativeError } from './golden.ts'

const layers: Record<string, (scope: Scope, x: Value) => Value> = {
  layernorm: (scope, x) => norm(scope, x),
  rmsnorm: (scope, x) => norm(scope, x, { kind: 'rms', eps: 1e-6 }),
  simplenorm: (scope, x) => norm(scope, x, { kind: 'simple', eps: 1e-6 }),
  gelu: (_, x) => gelu(x),
  linear: (scope, x) => linear(scope, x, { features: 5 }),
  depthwise7: (scope, x) => depthwiseConv(scope, x, 7),
  patchify4: (scope, x) => patchify(scope, x, 4, { features: 5 }),
  patchify2: (scope, x) => patchify(scope, x, 2, { features: 5 }),
  conv3s2: (scope, x) => stridedConv3(scope, x, { features: 5 }),
  conv3s2odd: (scope, x) => stridedConv3(scope, x, { features: 5 }),
  layerscale: (scope, x) => mul(x, scope.param('gamma', [6], { kind: 'constant', value: 1 })),
  l2normalise: (_, x) => l2Normalise(x),
}

/** The output, the gradients of ⟨dy, output⟩ and the statistics after the step, under the golden file's names. */
function outputsOf(scope: Scope, x: Value, y: Value, dy: Tensor): Record<string, Value> {
  const params = scope.params()
  const gradients = pullback([y], [constant(narrow(dy))], [x, ...params.map(({ value }) => value)])
  const outputs: Record<string, Value> = { y }
  gradients.forEach((value, i) => (outputs[i === 0 ? 'dx' : `d${params[i - 1]!.spec.name}`] = value))
  for (const { spec, next } of scope.statistics()) if (next !== undefined) outputs[`${spec.name}_after`] = next
  return outputs
}

/** Every result that the file has under `prefix` is compared, and nothing is left over on our side. */
function expectGolden(
  results: Readonly<Record<string, Tensor>>,
  file: Golden,
  prefix: string,
  tolerance: { readonly forward: number; readonly gradients: number },
): void {
  const expected = [...file.tensors].filter(([name, t]) => name.startsWith(prefix) && t.dtype === 'float64')
  const own = expected.filter(([name]) => !name.slice(prefix.length).includes('/'))
  expect(Object.keys(results).sort()).toEqual(own.map(([name]) => name.slice(prefix.length)).sort())
  for (const [name, tensor] of own) {
    const key = name.slice(prefix.length)
    const limit = key.startsWith('d') ? tolerance.gradients : tolerance.forward
    expect(relativeError(results[key]!, tensor), name).toBeLessThan(limit)
  }
}

describe.each(goldenBackends)('$name', ({ backend, ...tolerance }) => {
  test.each(Object.keys(layers))('%s: forward and every gradient', async (name) => {
    const file = golden('layers')
    const [own, dy] = [(key: string) => file.get(`${name}/${key}`), file.get(`${name}/dy`)]
    const scope = Scope.root('training')
    const x = input('x', own('x').shape)
    const outputs = outputsOf(scope, x, layers[name]!(scope, x), dy)
    const feeds = Object.fromEntries(scope.params().map(({ spec }) => [spec.name, narrow(own(spec.name))]))
    const results = await compute(await backend, outputs, { x: narrow(own('x')), ...feeds })
    expectGolden(results, file, `${name}/`, tolerance)
  })

  test.each(['p3', 'p2.3'])('GeM, %s: forward, gradients of the map and of p', async (name) => {
    const file = golden('gem')
    const scope = Scope.root('training')
    const x = input('x', file.get('x').shape)
    const outputs = outputsOf(scope, x, gemPool(scope, x), file.get('dy'))
    const results = await compute(await backend, outputs, {
      x: narrow(file.get('x')),
      p: narrow(file.get(`${name}/p`)),
    })
    expectGolden(results, file, `${name}/`, tolerance)
  })

  test.each([
    ['training', '', ''],
    ['inference', 'inference/', '_after'],
  ] as const)('batch-norm neck, %s', async (mode, prefix, suffix) => {
    const file = golden('bnneck')
    const scope = Scope.root(mode)
    const x = input('x', file.get('x').shape)
    const outputs = outputsOf(scope, x, batchNorm(scope, x), file.get('dy'))
    const statistics = ['running_mean', 'running_var'].map((name) => [name, narrow(file.get(name + suffix))])
    const results = await compute(await backend, outputs, {
      ...Object.fromEntries(['x', 'weight', 'bias'].map((name) => [name, narrow(file.get(name))])),
      ...Object.fromEntries(statistics),
    })
    expectGolden(results, file, prefix, tolerance)
  })
})

/** A norm and the layer behind it, written plainly and with scale and shift folded into the layer's weights. */
const folded = {
  linear: {
    shape: [2, 3, 4, 6],
    plain: (scope: Scope, x: Value, config: Parameters<typeof norm>[2]) =>
      linear(scope.child('fc'), norm(scope.child('norm'), x, config), { features: 5 }),
    fold: (scope: Scope, x: Value, config: NonNullable<Parameters<typeof norm>[2]>) =>
      normLinear(scope.child('norm'), scope.child('fc'), x, { features: 5, norm: config }),
  },
  patchify: {
    shape: [2, 6, 5, 4],
    plain: (scope: Scope, x: Value, config: Parameters<typeof norm>[2]) =>
      patchify(scope.child('fc'), norm(scope.child('norm'), x, config), 2, { features: 5 }),
    fold: (scope: Scope, x: Value, config: NonNullable<Parameters<typeof norm>[2]>) =>
      normPatchify(scope.child('norm'), scope.child('fc'), x, 2, { features: 5, norm: config }),
  },
} as const

describe.each(goldenBackends)('$name', ({ backend, forward, gradients }) => {
  test.each(
    (['layer', 'rms', 'simple'] as const).flatMap((kind) =>
      (['linear', 'patchify'] as const).map((layer) => [kind, layer] as const),
    ),
  )('%s norm folded into %s is the norm and then the layer', async (kind, layer) => {
    const { shape, plain, fold } = folded[layer]
    const scope = Scope.root('training')
    const x = input('x', shape)
    const [expected, actual] = [plain(scope, x, { kind, eps: 1e-6 }), fold(scope, x, { kind, eps: 1e-6 })]
    const rng = new Rng('folded')
    const drawn = (name: string, size: readonly number[], mean = 0) => {
      const own = rng.fork(name)
      return float32(
        size,
        Array.from({ length: sizeOf(size) }, () => own.normal(mean)),
      )
    }
    const dy = constant(drawn('dy', staticShape(actual.shape)))
    const params = scope.params()
    const wrt = [x, ...params.map(({ value }) => value)]
    const outputs: Record<string, Value> = { 'plain y': expected, 'folded y': actual }
    pullback([expected], [dy], wrt).forEach((value, i) => (outputs[`plain ${i}`] = value))
    pullback([actual], [dy], wrt).forEach((value, i) => (outputs[`folded ${i}`] = value))
    const feeds = Object.fromEntries(params.map(({ spec }) => [spec.name, drawn(spec.name, spec.shape, 0.5)]))
    const results = await compute(await backend, outputs, { x: drawn('x', shape, 0.3), ...feeds })
    expect(params.length).toBe(kind === 'layer' ? 4 : 3)
    expect(relativeError(results['folded y']!, results['plain y']!)).toBeLessThan(forward)
    wrt.forEach((_, i) => {
      const what = i === 0 ? 'x' : params[i - 1]!.spec.name
      expect(relativeError(results[`folded ${i}`]!, results[`plain ${i}`]!), what).toBeLessThan(gradients)
    })
  })
})
