import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { golden, goldenPath } from '../../test/golden.ts'
import { backboneOf, type ParamSpec } from '../models/index.ts'
import { asFloat32, encodeSafetensors, float32, type Tensor, tensor } from '../tensor/index.ts'
import { type Adapt, loadBackbone } from './load-backbone.ts'

const { leftOut: classifier } = backboneOf('convnext_atto')

function weightsFile(tensors: Readonly<Record<string, Tensor>>): string {
  const path = join(mkdtempSync(join(tmpdir(), 'rosette-backbone-')), 'w.safetensors')
  writeFileSync(path, Buffer.concat(encodeSafetensors(Object.entries(tensors))))
  return path
}

describe('loadBackbone', () => {
  const spec = (name: string, shape: readonly number[]): ParamSpec => ({
    name,
    shape,
    init: { kind: 'constant', value: 0 },
    decay: false,
  })
  const params = [
    spec('backbone.stem.0.weight', [2, 1]),
    spec('backbone.stem.0.bias', [2]),
    spec('head.weight', [3, 2]),
  ]

  test('gives our names timm’s numbers; the classifier and its norm stay behind, and are told', async () => {
    const path = weightsFile({
      'stem.0.weight': float32([2, 1], [1, 2]),
      'stem.0.bias': float32([2], [3, 4]),
      'head.norm.weight': float32([2], [9, 9]),
      'head.fc.weight': float32([1000, 2], new Array(2000).fill(1)),
    })
    const { tensors, leftOut } = await loadBackbone(path, params, { leftOut: classifier })
    expect([...leftOut].sort()).toEqual(['head.fc.weight', 'head.norm.weight'])
    expect(Object.fromEntries([...tensors].map(([name, { shape, data }]) => [name, [shape, [...data]]]))).toEqual({
      'backbone.stem.0.weight': [
        [2, 1],
        [1, 2],
      ],
      'backbone.stem.0.bias': [[2], [3, 4]],
    })
  })

  test('tells everything that does not fit in one table', async () => {
    const path = weightsFile({
      'stem.0.weight': float32([1, 2], [1, 2]),
      'stages.0.blocks.0.gamma': float32([1], [1]),
      'stem.1.weight': tensor('int64', [1], BigInt64Array.of(1n)),
    })
    expect(
      await rejection(loadBackbone(path, [...params, spec('backbone.stem.1.weight', [1])], { leftOut: classifier })),
    ).toBe(
      [
        `InputError: ${path}: does not fit the network`,
        'parameter                problem',
        'stem.0.weight            expected [2,1], got [1,2]',
        'stem.0.bias              missing in the file',
        'stem.1.weight            expected floating point, got int64',
        'stages.0.blocks.0.gamma  not of this network',
      ].join('\n'),
    )
  })

  test('tells which tensors hold numbers that are not finite', async () => {
    const path = weightsFile({
      'stem.0.weight': float32([2, 1], [1, Number.NaN]),
      'stem.0.bias': tensor('float64', [2], Float64Array.of(3, -1e300)), // beyond float32
      'head.fc.bias': float32([1], [Number.NaN]), // left out
    })
    expect(await rejection(loadBackbone(path, params, { leftOut: classifier }))).toBe(
      [
        `InputError: ${path}: does not fit the network`,
        'parameter      problem',
        'stem.0.weight  holds NaN: 1 of 2 numbers are not finite',
        'stem.0.bias    holds Infinity: 1 of 2 numbers are not finite',
      ].join('\n'),
    )
  })

  test('tells whole numbers by the kind that the file has, and leaves them out where the classifier is', async () => {
    const header = {
      'stem.0.weight': { dtype: 'I16', shape: [2, 1], data_offsets: [0, 4] },
      'head.count': { dtype: 'U16', shape: [1], data_offsets: [4, 6] },
      'stem.0.bias': { dtype: 'BF16', shape: [2], data_offsets: [6, 10] },
    }
    const json = JSON.stringify(header)
    const path = join(mkdtempSync(join(tmpdir(), 'rosette-backbone-')), 'w.safetensors')
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(json.length))
    writeFileSync(path, Buffer.concat([length, Buffer.from(json), Buffer.alloc(10)]))
    expect(await rejection(loadBackbone(path, params, { leftOut: classifier }))).toBe(
      [
        `InputError: ${path}: does not fit the network`,
        'parameter      problem',
        'stem.0.weight  expected floating point, got int16',
      ].join('\n'),
    )
  })

  test.each(['torch-zip.pth', 'torch-legacy.pth'])('reads %s, every float as float32', async (name) => {
    const saved = golden('torch-saved')
    const wanted = ['f32', 'f64', 'f16', 'bf16', 'shared.transposed']
    const adapt: Adapt = (tensors) => new Map([...tensors].filter(([key]) => wanted.includes(key)))
    const specs = wanted.map((key) => spec(`backbone.${key}`, saved.get(key).shape))
    const { tensors } = await loadBackbone(goldenPath(name), specs, { adapt, leftOut: classifier })
    for (const key of wanted) expect(tensors.get(`backbone.${key}`)).toEqual(asFloat32(saved.get(key)))
  })

  test('lets a file be adapted first: renamed, resampled, and read only where it is wanted', async () => {
    const path = weightsFile({ stem_w: float32([2, 1], [1, 2]), short: float32([1], [7]), other: float32([1], [0]) })
    const adapt: Adapt = (tensors, wanted) =>
      new Map([
        ['stem.0.weight', tensors.get('stem_w')!],
        [
          'stem.0.bias',
          {
            dtype: 'float32',
            shape: wanted.get('stem.0.bias')!,
            read: () => float32([2], [...tensors.get('short')!.read().data, 8].map(Number)),
          },
        ],
        [
          'head.never',
          {
            dtype: 'float32',
            shape: [1],
            read: () => {
              throw new Error('read')
            },
          },
        ],
      ])
    const { tensors, leftOut } = await loadBackbone(path, params, { adapt, leftOut: classifier })
    expect(tensors.get('backbone.stem.0.weight')).toEqual(float32([2, 1], [1, 2]))
    expect(tensors.get('backbone.stem.0.bias')).toEqual(float32([2], [7, 8]))
    expect(leftOut).toEqual(['head.never'])
  })
})

describe('a file of many names that do not fit', () => {
  const names = Array.from({ length: 30 }, (_, i) => `stages.0.blocks.${i}.gamma`)
  const params = names.map(
    (name): ParamSpec => ({ name: `backbone.${name}`, shape: [1], init: { kind: 'constant', value: 0 }, decay: false }),
  )
  const one = float32([1], [1])
  const named = (prefix: string, own = names) => Object.fromEntries(own.map((name) => [prefix + name, one]))
  const told = async (path: string) => {
    const [message = '', hint] = (await rejection(loadBackbone(path, params, { leftOut: classifier }))).split(
      '\nhint: ',
    )
    return { lines: message.split('\n').slice(2), hint }
  }

  test('is told by twenty of them', async () => {
    const { lines, hint } = await told(weightsFile(named('', names.slice(0, 2))))
    expect(lines).toHaveLength(21)
    expect([lines[0], lines.at(-1)]).toEqual(['stages.0.blocks.2.gamma   missing in the file', '… and 8 more'])
    expect(hint).toBeUndefined()
  })

  test('with something before all of them: what it is', async () => {
    const { lines, hint } = await told(weightsFile({ ...named('encoder.backbone.'), epoch: one }))
    expect([lines.length, lines.at(-1)]).toEqual([9, '… and 53 more'])
    expect(hint).toBe("its names begin with 'encoder.backbone.', where timm's do not: write it anew without that")
  })

  test('of a run: how its backbone is exported', async () => {
    const path = weightsFile({})
    const metadata = { format: 'rosette-checkpoint' }
    writeFileSync(path, Buffer.concat(encodeSafetensors(Object.entries(named('backbone.')), metadata)))
    const { lines, hint } = await told(path)
    expect(lines).toHaveLength(9)
    expect(hint).toContain('`exportTimm()` writes its backbone')
  })

  test('that a terminal would obey: without what it obeys, and cut', async () => {
    const { lines, hint } = await told(weightsFile({ ['\u001b]0;title\u0007']: one, ['n'.repeat(5000)]: one }))
    expect(lines.join('')).not.toMatch(/[\u001b\u0007]/)
    expect(hint).toBe(`it is of another network, or not under timm's names: it has  ]0;title , ${'n'.repeat(59)}…`)
  })

  test('of another network: some of its own', async () => {
    const other = weightsFile({ 'conv1.weight': one, 'bn1.weight': one, 'bn1.bias': one, 'fc.bias': one })
    const { lines, hint } = await told(other)
    expect([lines.length, lines.at(-1)]).toEqual([9, '… and 26 more'])
    expect(hint).toBe(
      "it is of another network, or not under timm's names: it has conv1.weight, bn1.weight, bn1.bias, …",
    )
  })
})
