import { expect, test } from 'vitest'
import { backboneSettings } from './backbone-option.ts'
import { resolveConfig } from './overrides.ts'

test.each([
  [
    'convnext_base.fb_in22k_ft_in1k_384',
    ['model.backbone=convnext_base', 'weights=convnext_base.fb_in22k_ft_in1k_384', 'model.pixels=imagenet'],
  ],
  [
    'convnext_base.clip_laiona_320',
    ['model.backbone=convnext_base', 'weights=convnext_base.clip_laiona_320', 'model.pixels=clip'],
  ],
  // timm's default weights
  ['convnext_atto', ['model.backbone=convnext_atto', 'weights=convnext_atto.d2_in1k', 'model.pixels=imagenet']],
  ['convnext_mini', ['model.backbone=convnext_mini', 'weights=null']],
  [
    'some/convnext_tiny.own.safetensors',
    ['model.backbone=convnext_tiny', 'weights=some/convnext_tiny.own.safetensors'],
  ],
])('%s', (backbone, settings) => {
  expect(backboneSettings(backbone, [])).toEqual(settings)
  expect(() => resolveConfig('atto', settings)).not.toThrow()
})

test('a file whose network is said', () => {
  expect(backboneSettings('own.pth', ['epochs=1', 'model.backbone=convnext_tiny'])).toEqual(['weights=own.pth'])
})

test.each([
  ['convnext_bas', "model.backbone: 'convnext_bas' is not known\nhint: did you mean convnext_base?"],
  [
    'convnext_base.fb_in22k_384',
    "--backbone: no weights 'fb_in22k_384' are published for convnext_base\nhint: did you mean",
  ],
  ['convnext_base.toString', "--backbone: no weights 'toString' are published for convnext_base"],
  ['own.safetensors', '--backbone: of which network are the weights in own.safetensors?'],
])('%s is refused', (backbone, message) => {
  expect(() => backboneSettings(backbone, [])).toThrow(message)
})
