import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { pullback } from '../src/autodiff/index.ts'
import { constant, input, type Value } from '../src/graph/index.ts'
import {
  backboneOf,
  pixelStatistics,
  resamplePositions,
  type VitConfig,
  vitFamily,
  vitMiniatures,
  vitSizes,
  vitTokens,
} from '../src/models/index.ts'
import { rotaryAngles, Scope } from '../src/nn/index.ts'
import { float32, sizeOf, type Tensor, zeros } from '../src/tensor/index.ts'
import { channelsLast, compute, golden, goldenBackends, goldenPath, narrow, relativeError } from './golden.ts'
import { recordParity, writeParityAtEnd } from './parity.ts'

/** A published size made small, as make_vit.py does it. */
function small(config: VitConfig, changes: Partial<VitConfig> = {}): VitConfig {
  return {
    ...config,
    patchPx: 4,
    width: 16,
    depth: 2,
    attention: { ...config.attention, heads: 2 },
    mlp: { ...config.mlp, hidden: 48 },
    ...changes,
  }
}

const published = vitSizes.vit_base_patch16_224
const variants: Readonly<Record<string, VitConfig>> = {
  'class-token': small(published),
  average: small(published, { classToken: false, pool: 'average', finalNorm: 'pooled' }),
  'qk-norm': small(published, { attention: { ...published.attention, heads: 2, qkNorm: true } }),
  dinov2: small(vitSizes.vit_base_patch14_dinov2),
  reg4: small(vitSizes.vit_base_patch14_reg4_dinov2),
  giant: small(vitSizes.vit_giant_patch14_dinov2),
  'eva02-small': small(vitSizes.eva02_small_patch14_224),
  'eva02-large': small(vitSizes.eva02_large_patch14_448),
  dinov3: small(vitSizes.vit_base_patch16_dinov3),
  'dinov3-plus': small(vitSizes.vit_small_plus_patch16_dinov3_qkvb),
}

/** What the table of docs/models.md calls them. */
function familyOf(variant: string): string {
  return variant.startsWith('eva02') || variant.startsWith('dinov3') ? variant.split('-')[0]! : 'vit'
}

writeParityAtEnd()

describe.each(Object.keys(variants))('%s against timm', (variant) => {
  test.each(goldenBackends)('forward and every gradient: $name', async ({ name, backend, forward, gradients }) => {
    const file = golden(`vit-${variant}`)
    const config = variants[variant]!
    const pixels = channelsLast(file.get('x'))
    const scope = Scope.root('training')
    const x = input('x', pixels.shape)
    const features = vitTokens(scope, x, config)
    const out = vitFamily.head(scope, vitFamily.features(scope, x, config), config)
    const params = scope.params()
    const wrt = [x, ...params.map(({ value }) => value)]
    const cotangents = [file.get('dfeatures'), file.get('dout')].map((t) => constant(narrow(t)))
    const outputs: Record<string, Value> = { features, out }
    pullback([features, out], cotangents, wrt).forEach((value, i) => {
      outputs[i === 0 ? 'grad/x' : `grad/${params[i - 1]!.spec.name}`] = value
    })
    const parameters = [...file.tensors].filter(([name]) => name.startsWith('param/'))
    const feeds: Record<string, Tensor> = { x: narrow(pixels) }
    for (const [name, t] of parameters) feeds[name.slice('param/'.length)] = narrow(t)
    const results = await compute(await backend, outputs, feeds)

    const names = (of: Iterable<string>) => [...of].filter((name) => name.startsWith('grad/')).sort()
    expect(names(Object.keys(outputs))).toEqual(names(file.tensors.keys()))
    const worstForward = Math.max(...['features', 'out'].map((key) => relativeError(results[key]!, file.get(key))))
    expect(worstForward).toBeLessThan(forward)
    // grad/x is kept as float32 in the golden file
    const own = channelsLast(file.get('grad/x'))
    expect(relativeError(results['grad/x']!, own)).toBeLessThan(Math.max(gradients, 1e-6))
    let worst = 0
    for (const { spec } of params) {
      // a shift of all keys changes no softmax: its gradient is zero, and what is left is rounding
      if (spec.name.endsWith('k_norm.bias')) {
        const scale = norm(file.get(`grad/${spec.name.replace('k_norm', 'q_norm')}`))
        expect(norm(results[`grad/${spec.name}`]!), spec.name).toBeLessThan(gradients * scale)
        continue
      }
      const error = relativeError(results[`grad/${spec.name}`]!, file.get(`grad/${spec.name}`))
      expect(error, spec.name).toBeLessThan(gradients)
      worst = Math.max(worst, error)
    }
    recordParity({ family: familyOf(variant), variant, backend: name, forward: worstForward, gradients: worst })
  })
})

function norm({ data }: Tensor): number {
  return Math.hypot(...Array.from(data, Number))
}

interface Published {
  readonly input: number
  readonly parameters: number
  readonly pretrained: Readonly<Record<string, { input: number; mean: number[]; license: string | null }>>
  readonly state: Readonly<Record<string, number[]>>
  readonly blocks: number
  readonly block: Readonly<Record<string, number[]>>
}

describe('every size', () => {
  const { models } = JSON.parse(readFileSync(goldenPath('vit-names.json'), 'utf8')) as {
    models: Record<string, Published>
  }

  test('is in the table made from timm', () => {
    expect(Object.keys(vitSizes).sort()).toEqual(Object.keys(models).sort())
  })

  test.each(Object.entries(models))('%s has timm’s names, shapes and parameters', (name, timm) => {
    const config = vitSizes[name as keyof typeof vitSizes]
    const scope = Scope.root('inference')
    vitFamily.head(scope, vitFamily.features(scope, input('x', [1, timm.input, timm.input, 3]), config), config)
    const ours = Object.fromEntries(scope.params().map(({ spec }) => [spec.name, [...spec.shape]]))
    const theirs = { ...timm.state }
    for (let i = 0; i < timm.blocks; i++)
      for (const [key, shape] of Object.entries(timm.block)) theirs[`blocks.${i}.${key}`] = shape
    expect(ours).toEqual(theirs)
    const count = Object.values(ours).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0)
    expect(count).toBe(timm.parameters)
  })

  test.each(Object.entries(models))('%s has timm’s published weights', (name, timm) => {
    const told = Object.entries(timm.pretrained).flatMap(([tag, { input: inputPx, mean, license }]) => {
      const pixels = Object.entries(pixelStatistics).find(([, own]) => own.mean[0] === mean[0])?.[0]
      return pixels === undefined || license === null ? [] : [[tag, { inputPx, pixels, licence: license }]]
    })
    expect(Object.entries(backboneOf(name).pretrained)).toEqual(told)
  })
})

test.each([
  ['eva02', vitSizes.eva02_large_patch14_448],
  ['dinov3', vitSizes.vit_base_patch16_dinov3],
] as const)('rotary positions of %s are timm’s', (name, { rotary }) => {
  // timm rounds EVA-02's coordinates to float32
  const angles = rotaryAngles(rotary!, [3, 5], 16)
  const file = golden('rotary')
  const tensor = (f: (x: number) => number): Tensor => ({
    dtype: 'float64',
    shape: [15, 16],
    data: Float64Array.from(angles, f),
  })
  expect(relativeError(tensor(Math.cos), file.get(`${name}/cos`))).toBeLessThan(1e-6)
  expect(relativeError(tensor(Math.sin), file.get(`${name}/sin`))).toBeLessThan(1e-6)
})

test.each([
  [3, 4],
  [9, 7],
  [12, 16],
  [5, 14],
] as const)('positions of a 6 × 7 grid are resampled to %d × %d as timm does', (rows, columns) => {
  const file = golden('positions')
  const table = file.get('table')
  const resampled = resamplePositions(table, { from: [6, 7], to: [rows, columns], prefix: 5 })
  expect(resampled.shape).toEqual([1, 5 + rows * columns, 4])
  expect(relativeError(resampled, file.get(`${rows}x${columns}`))).toBeLessThan(1e-7)
})

test('positions stay as they are where the grid does', () => {
  const table = float32([1, 5, 2], [9, 8, 1, 2, 3, 4, 5, 6, 7, 8])
  expect([...resamplePositions(table, { from: [2, 2], to: [2, 2], prefix: 1 }).data]).toEqual([...table.data])
})

test('a backbone resamples positions learned for another size, and nothing else', () => {
  const { resized, width } = backboneOf('vit_small_patch14_reg4_dinov2') // its registers have no position
  const positions = (...shape: readonly number[]) =>
    float32(
      shape,
      Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i)),
    )
  const table = positions(1, 9, width)
  const own = resamplePositions(table, { from: [3, 3], to: [2, 5], prefix: 0 })
  expect(resized(table, 'pos_embed', { heightPx: 28, widthPx: 70 })).toEqual(own)
  expect(resized(table, 'pos_embed', { heightPx: 42, widthPx: 42 })).toBe(table)
  expect(resized(table, 'cls_token', { heightPx: 28, widthPx: 70 })).toBe(table)
  const odd = positions(1, 47, width)
  expect(resized(odd, 'pos_embed', { heightPx: 28, widthPx: 70 })).toBe(odd)
  const eva = backboneOf('eva02_tiny_patch14_224') // its class token has one
  const moved = eva.resized(positions(1, 5, eva.width), 'pos_embed', { heightPx: 56, widthPx: 56 })
  expect(moved.shape).toEqual([1, 17, eva.width])
  expect([...moved.data.slice(0, 3)]).toEqual([...positions(3).data])
  expect(backboneOf('convnext_atto').resized(table, 'pos_embed', { heightPx: 64, widthPx: 64 })).toBe(table)
})

test('as many patches in another grid are other positions', () => {
  const { resized, width } = backboneOf('vit_tiny_patch16_224')
  const table = (count: number) => {
    const shape = [1, count + 1, width]
    return float32(
      shape,
      Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i)),
    )
  }
  const strip = { heightPx: 112, widthPx: 448 }
  const square = table(196)
  const expected = resamplePositions(square, { from: [14, 14], to: [7, 28], prefix: 1 })
  expect(resized(square, 'pos_embed', strip)).toEqual(expected)
  expect(resized(square, 'pos_embed', strip, { heightPx: 224, widthPx: 224 })).toEqual(expected)
  expect(resized(square, 'pos_embed', strip, strip)).toBe(square) // learned on strips
  const portrait = table(36)
  const upright = { heightPx: 144, widthPx: 64 }
  const [to8, across] = [
    { heightPx: 128, widthPx: 128 },
    { heightPx: 64, widthPx: 144 },
  ]
  expect(resized(portrait, 'pos_embed', to8, upright)).toEqual(
    resamplePositions(portrait, { from: [9, 4], to: [8, 8], prefix: 1 }),
  )
  expect(resized(portrait, 'pos_embed', across, upright)).toEqual(
    resamplePositions(portrait, { from: [9, 4], to: [4, 9], prefix: 1 }),
  )
  // a size that has another number of patches does not count
  expect(resized(portrait, 'pos_embed', to8, strip)).toEqual(
    resamplePositions(portrait, { from: [6, 6], to: [8, 8], prefix: 1 }),
  )
})

test.each([
  [[1, 197], 'of two axes'],
  [[1, 1, 192], 'of no patch'],
  [[1, 0, 192], 'of no token'],
  [[3, 197, 192], 'of three networks'],
  [[1, 197, 64], 'of another width'],
])('positions %j, %s, stay as they are', (shape) => {
  const table = zeros('float32', shape)
  const { resized } = backboneOf('vit_tiny_patch16_224')
  expect(resized(table, 'pos_embed', { heightPx: 64, widthPx: 96 })).toBe(table)
})

test('layers are timm’s groups: embeddings, block by block, the last norm', () => {
  const { layers, layerOf } = backboneOf('vit_base_patch14_reg4_dinov2')
  expect(layers).toBe(13)
  const names = [
    'cls_token',
    'reg_token',
    'pos_embed',
    'patch_embed.proj.weight',
    'blocks.0.norm1.weight',
    'blocks.0.ls1.gamma',
  ]
  expect([...names, 'blocks.11.mlp.fc2.bias', 'norm.weight'].map(layerOf)).toEqual([0, 0, 0, 0, 1, 1, 12, 13])
  expect(backboneOf('eva02_tiny_patch14_336').layerOf('fc_norm.bias')).toBe(13)
})

test('the miniature is small', () => {
  expect(Object.keys(vitMiniatures)).toEqual(['vit_mini_patch8'])
  expect(backboneOf('vit_mini_patch8')).toMatchObject({ family: 'vit', width: 64, stridePx: 8, layers: 4 })
})
