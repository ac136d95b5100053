import { expect, test } from 'vitest'
import { geometry } from '../images/index.ts'
import { reidDefaults } from '../models/index.ts'
import { timmConfig } from './timm-config.ts'

test('a transformer is built for its photos’ size, with its own statistics', () => {
  const network = { ...reidDefaults, backbone: 'eva02_tiny_patch14_224', pixels: 'half' } as const
  const config = timmConfig(network, geometry({ heightPx: 42, widthPx: 28, resize: 'letterbox', kernel: 'bilinear' }))
  expect(config).toMatchObject({
    architecture: 'eva02_tiny_patch14_224',
    num_classes: 0,
    num_features: 192,
    model_args: { img_size: [42, 28] },
    rosette: { pool: 'gem', preprocess: { resize: 'letterbox', kernel: 'bilinear', alpha: 'keep' } },
  })
  expect(config.pretrained_cfg).toMatchObject({
    input_size: [3, 42, 28],
    fixed_input_size: true,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    crop_mode: 'border',
    first_conv: 'patch_embed.proj',
    classifier: 'head',
  })
})

test('a ConvNeXt takes any size', () => {
  const config = timmConfig({ ...reidDefaults, backbone: 'convnextv2_nano' }, geometry({ heightPx: 96, widthPx: 64 }))
  expect(config).not.toHaveProperty('model_args')
  expect(config.num_features).toBe(640)
  expect(config.pretrained_cfg).toMatchObject({
    input_size: [3, 96, 64],
    fixed_input_size: false,
    mean: [0.485, 0.456, 0.406],
    crop_mode: 'squash',
    first_conv: 'stem.0',
    classifier: 'head.fc',
  })
})
