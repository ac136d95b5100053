import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ParamSpec } from '../models/index.ts'
import { encodeSafetensors, float32, type Tensor, tensor } from '../tensor/index.ts'
import { findWeights, loadBackbone } from './pretrained.ts'

afterEach(() => vi.unstubAllEnvs())

const newFolder = () => mkdtempSync(join(tmpdir(), 'rosette-weights-'))

function weightsFile(path: string, tensors: Readonly<Record<string, Tensor>>): string {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, Buffer.concat(encodeSafetensors(Object.entries(tensors))))
  return path
}

describe('findWeights', () => {
  const inCache = (cache: string, revision: string) =>
    weightsFile(join(cache, 'models--timm--convnext_atto.d2_in1k', 'snapshots', revision, 'model.safetensors'), {})

  test('looks into HF_HUB_CACHE, HF_HOME/hub, and the home folder', () => {
    const folder = newFolder()
    vi.stubEnv('HF_HUB_CACHE', folder)
    expect(findWeights('convnext_atto.d2_in1k')).toBeUndefined()
    const path = inCache(folder, 'a1b2')
    expect(findWeights('convnext_atto.d2_in1k')).toBe(path)
    expect(findWeights('convnext_atto')).toBeUndefined()

    const home = newFolder()
    vi.stubEnv('HF_HUB_CACHE', undefined)
    vi.stubEnv('HF_HOME', home)
    expect(findWeights('convnext_atto.d2_in1k')).toBeUndefined()
    expect(inCache(join(home, 'hub'), 'c3')).toBe(findWeights('convnext_atto.d2_in1k'))

    vi.stubEnv('HF_HOME', undefined)
    vi.stubEnv('HOME', home)
    vi.stubEnv('USERPROFILE', home)
    const own = inCache(join(home, '.cache', 'huggingface', 'hub'), 'd4')
    expect(findWeights('convnext_atto.d2_in1k')).toBe(own)
  })

  test('passes over a revision without the file', () => {
    const folder = newFolder()
    vi.stubEnv('HF_HUB_CACHE', folder)
    mkdirSync(join(folder, 'models--timm--convnext_atto.d2_in1k', 'snapshots', '0000'), { recursive: true })
    expect(findWeights('convnext_atto.d2_in1k')).toBeUndefined()
    expect(inCache(folder, 'ffff')).toBe(findWeights('convnext_atto.d2_in1k'))
  })

  test('a file is itself, and must be there', () => {
    const path = weightsFile(join(newFolder(), 'own.safetensors'), {})
    expect(findWeights(path)).toBe(path)
    expect(() => findWeights('/nowhere/own.safetensors')).toThrow('weights: /nowhere/own.safetensors does not exist')
  })
})

describe('findWeights refuses', () => {
  test.each(['own.pth', 'model.BIN', 'timm/convnext_atto', './weights.pt', 'package.json'])('%s', (source) => {
    expect(() => findWeights(source)).toThrow(`weights: expected a .safetensors file, a timm name`)
  })

  test('a name of another backbone', () => {
    expect(() => findWeights('convnext_small.fb_in1k', 'convnext_tiny')).toThrow(
      "weights: 'convnext_small.fb_in1k' is of convnext_small, not of model.backbone convnext_tiny",
    )
  })
})

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

  test('gives our names timm’s numbers; the classifier and what leads to it stay behind', () => {
    const path = weightsFile(join(newFolder(), 'w.safetensors'), {
      'stem.0.weight': float32([2, 1], [1, 2]),
      'stem.0.bias': float32([2], [3, 4]),
      'head.norm.weight': float32([2], [9, 9]),
      'head.fc.weight': float32([1000, 2], new Array(2000).fill(1)),
      'norm_pre.weight': float32([2], [9, 9]),
    })
    const loaded = loadBackbone(path, params)
    expect(Object.fromEntries([...loaded].map(([name, { shape, data }]) => [name, [shape, [...data]]]))).toEqual({
      'backbone.stem.0.weight': [
        [2, 1],
        [1, 2],
      ],
      'backbone.stem.0.bias': [[2], [3, 4]],
    })
  })

  test('tells everything that does not fit in one table', () => {
    const path = weightsFile(join(newFolder(), 'w.safetensors'), {
      'stem.0.weight': float32([1, 2], [1, 2]),
      'stages.0.blocks.0.gamma': float32([1], [1]),
      'stem.1.weight': tensor('float64', [1], Float64Array.of(1)),
    })
    expect(() => loadBackbone(path, [...params, spec('backbone.stem.1.weight', [1])])).toThrow(
      [
        `${path}: does not fit the network`,
        'parameter                problem',
        'backbone.stem.0.weight   expected [2,1], got [1,2]',
        'backbone.stem.0.bias     missing in the file',
        'backbone.stem.1.weight   expected float32, got float64',
        'stages.0.blocks.0.gamma  not of this network',
      ].join('\n'),
    )
  })
})
