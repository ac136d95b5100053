import { describe, expect, test } from 'vitest'
import { backboneNames, backboneOf, isBackboneName, parseTimmName, pretrainedOf } from './backbones.ts'

describe('backboneOf', () => {
  test('is timm’s', () => {
    expect(backboneOf('convnext_tiny')).toMatchObject({
      name: 'convnext_tiny',
      family: 'convnext',
      width: 768,
      stridePx: 32,
      layers: 18,
    })
  })

  test.each([
    ['convnext_smal', 'did you mean convnext_small?'],
    ['convnxt-tiny', 'did you mean convnext_tiny?'],
    [
      'dinov2_b',
      'names like it are vit_small_patch14_dinov2, vit_small_patch14_reg4_dinov2, vit_base_patch14_dinov2 and 5 more; `back',
    ],
    ['eva02-giant', 'names like it are eva02_tiny_patch14_224, '],
    ['resnet50', '`backboneNames` lists them'],
    ['constructor', '`backboneNames` lists them'],
  ])('does not know %s', (name, hint) => {
    expect(() => backboneOf(name)).toThrow(`model.backbone: '${name}' is not known\nhint: ${hint}`)
    expect(isBackboneName(name)).toBe(false)
  })

  test('every name is built', () => {
    expect(backboneNames.length).toBeGreaterThan(0)
    for (const name of backboneNames) expect(backboneOf(name).name).toBe(name)
  })
})

test('of a file the classifier is left out, and no layer of another network', () => {
  const { leftOut } = backboneOf('convnext_tiny')
  expect(['head.norm.weight', 'head.fc.bias'].every((name) => leftOut.test(name))).toBe(true)
  expect(leftOut.test('norm_pre.weight')).toBe(false) // of convnext_tiny_hnf, whose features it normalises
})

/** Worked by hand for 2, 2, 6 and 2 blocks. Downsampling belongs to the block behind it; the norm after the last block to that block. */
test.each([
  ['stem.0.weight', 0],
  ['stem.1.bias', 0],
  ['stages.0.blocks.0.conv_dw.weight', 1],
  ['stages.0.blocks.0.gamma', 1],
  ['stages.0.blocks.1.mlp.fc1.weight', 2],
  ['stages.1.downsample.0.weight', 3],
  ['stages.1.downsample.1.bias', 3],
  ['stages.1.blocks.0.norm.weight', 3],
  ['stages.2.downsample.1.weight', 5],
  ['stages.2.blocks.0.mlp.fc2.bias', 5],
  ['stages.2.blocks.5.conv_dw.bias', 10],
  ['stages.3.downsample.1.weight', 11],
  ['stages.3.blocks.1.gamma', 12],
  ['norm_pre.weight', 12],
])('of ConvNeXt-Atto %s is of layer %d', (name, layer) => {
  expect(backboneOf('convnext_atto').layerOf(name)).toBe(layer)
})

describe('timm names', () => {
  test('are an architecture and a tag', () => {
    expect(parseTimmName('convnext_base.fb_in22k_ft_in1k_384')).toEqual({
      backbone: 'convnext_base',
      tag: 'fb_in22k_ft_in1k_384',
    })
    expect(parseTimmName('convnext_base')).toEqual({ backbone: 'convnext_base', tag: undefined })
  })

  test('tell what their weights were trained on', () => {
    expect(pretrainedOf('convnext_base.clip_laiona_320')).toEqual({
      inputPx: 320,
      pixels: 'clip',
      licence: 'apache-2.0',
    })
    expect(pretrainedOf('convnext_base')).toBeUndefined()
    expect(pretrainedOf('convnext_base.own')).toBeUndefined()
    expect(pretrainedOf('convnext_base.toString')).toBeUndefined()
  })
})
