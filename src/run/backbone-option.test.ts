import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { backboneSettings, checkPixels, pixelsOf } from './backbone-option.ts'
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
  [
    'convnext_atto.d2_in1k@v1',
    ['model.backbone=convnext_atto', 'weights=convnext_atto.d2_in1k@v1', 'model.pixels=imagenet'],
  ],
  [
    'some/vit_tiny_patch16_224.augreg_in21k.safetensors',
    [
      'model.backbone=vit_tiny_patch16_224',
      'weights=some/vit_tiny_patch16_224.augreg_in21k.safetensors',
      'model.pixels=half',
    ],
  ],
  ['convnext_micro', ['model.backbone=convnext_micro', 'weights=null']],
  ['convnext_mini', ['model.backbone=convnext_mini', 'weights=convnext_mini.drawn_jaguars', 'model.pixels=imagenet']],
  [
    'some/convnext_tiny.own.safetensors',
    ['model.backbone=convnext_tiny', 'weights=some/convnext_tiny.own.safetensors'],
  ],
])('%s', (backbone, settings) => {
  expect(backboneSettings(backbone, [])).toEqual(settings)
  expect(() => resolveConfig('atto', settings)).not.toThrow()
})

describe('somebody else’s network', () => {
  const refused = (name: string) => {
    try {
      return backboneSettings(name, [])
    } catch (error) {
      return String(error)
    }
  }

  test.each([
    [
      'hf-hub:BVRA/MegaDescriptor-L-384',
      '`backbone: "megadescriptor-l-384.onnx", modelConfig: "presets/megadescriptor-l-384.model.json", freeze: "all"`',
    ],
    ['MegaDescriptor-T-224', 'with a description like presets/megadescriptor-l-384.model.json'],
    [
      'conservationxlabs/miewid-msv3',
      '`backbone: "miewid-msv3.onnx", modelConfig: "presets/miewid-msv3.model.json", freeze: "all"`',
    ],
    ['resnet50', 'modelConfig: "presets/resnet50-imagenet.model.json", freeze: "all"`'],
    [
      'swin_base_patch4_window7_224',
      'docs/models.md, “Somebody else\'s network”, then `backbone: "FILE.onnx", freeze: "all"`',
    ],
    ['hf-hub:someone/network', "docs/models.md, “Somebody else's network”"],
    ['hf_hub:timm/convnext_tiny.fb_in1k', 'rosette has it: `backbone: "convnext_tiny.fb_in1k"`'],
  ])('%s is answered with what trains on it', (name, hint) => {
    const text = refused(name)
    expect(text).toContain(`\`backbone\`: '${name}' is none of rosette's networks, expected a name of`)
    expect(text).toContain(hint)
    expect(text).not.toContain('did you mean')
    const set = `model.backbone=${name}`
    expect(() => resolveConfig('brief', [set])).toThrow(hint)
  })

  test.each([
    ['weights', 'hf-hub:BVRA/MegaDescriptor-L-384', '`backbone: "megadescriptor-l-384.onnx"'],
    ['weights', 'BVRA/MegaDescriptor-L-384', '`backbone: "megadescriptor-l-384.onnx"'],
    ['weights', 'conservationxlabs/miewid-msv3', '`backbone: "miewid-msv3.onnx"'],
    ['weights', 'swin_large_patch4_window12_384.ms_in22k', "docs/models.md, “Somebody else's network”"],
    ['weights', 'timm/swin_large_patch4_window12_384.ms_in22k', "docs/models.md, “Somebody else's network”"],
    ['weights', 'hf-hub:timm/convnext_tiny.fb_in1k', 'rosette has it: `backbone: "convnext_tiny.fb_in1k"`'],
    ['weights', 'hf-hub:someone/network', "docs/models.md, “Somebody else's network”"],
    ['backbone', 'hf-hub:BVRA/MegaDescriptor-L-384', '`backbone: "megadescriptor-l-384.onnx"'],
    ['backbone', 'conservationxlabs/miewid-msv3', '`backbone: "miewid-msv3.onnx"'],
    ['backbone', 'swin_large_patch4_window12_384', "docs/models.md, “Somebody else's network”"],
    ['backbone', 'convnext_tiny', '`backbone: "convnext_tiny"` sets model.backbone and its weights'],
  ])('as a setting %s=%s is answered alike', (key, name, hint) => {
    expect(() => resolveConfig('brief', [`${key}=${name}`])).toThrow(hint)
  })

  test('a repository of somebody, and a file, may hold weights of a network of rosette', () => {
    const weightsOf = (name: string) => resolveConfig('brief', [`weights=${name}`]).weights
    for (const name of [
      'someone/my-convnext',
      'timm/convnext_small.fb_in1k',
      'swin/convnext_small.own.safetensors',
      'resnet50.pth',
    ])
      expect(weightsOf(name)).toBe(name)
  })

  test('every description and section that is named is there', () => {
    const root = join(import.meta.dirname, '..', '..')
    const page = readFileSync(join(root, 'docs', 'models.md'), 'utf8')
    expect(page).toContain("\n## Somebody else's network\n")
    for (const name of ['MegaDescriptor-L-384', 'miewid-msv3', 'resnet50']) {
      const [preset] = /presets\/[\w.-]+json/.exec(String(refused(name)))!
      expect(existsSync(join(root, preset))).toBe(true)
      expect(page).toContain(preset)
    }
  })

  test('a slip of the pen still gets the nearest name', () => {
    expect(refused('convnxt_small')).toContain('did you mean convnext_small?')
  })
})

test('a file whose network is said', () => {
  expect(backboneSettings('own.pth', ['epochs=1', 'model.backbone=convnext_tiny'])).toEqual(['weights=own.pth'])
})

test('a file beside the config.json of timm: its pixels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rosette-backbone-'))
  const file = join(folder, 'model.safetensors')
  const write = (mean: readonly number[], std: readonly number[]) =>
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ pretrained_cfg: { mean, std } }))
  try {
    write([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
    expect(backboneSettings(file, ['model.backbone=convnext_tiny'])).toEqual([`weights=${file}`, 'model.pixels=half'])
    write([0.1, 0.5, 0.5], [0.5, 0.5, 0.5])
    expect(backboneSettings(file, ['model.backbone=convnext_tiny'])).toEqual([`weights=${file}`])
    expect(pixelsOf(file)).toBe('other')
    const said = ['model.backbone=convnext_tiny', 'model.pixels=clip']
    write([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
    expect(backboneSettings(file, said)).toEqual([`weights=${file}`])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a file in a hub’s cache, and one beside the config.json of timm: its network', () => {
  const cached = 'hub/models--timm--vit_tiny_patch16_224.augreg_in21k/snapshots/c1/model.safetensors'
  expect(backboneSettings(cached, [])).toEqual([
    'model.backbone=vit_tiny_patch16_224',
    `weights=${cached}`,
    'model.pixels=half',
  ])
  const folder = mkdtempSync(join(tmpdir(), 'rosette-backbone-'))
  try {
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ architecture: 'convnext_pico', pretrained_cfg: 3 }))
    const file = join(folder, 'model.safetensors')
    expect(backboneSettings(file, [])).toEqual(['model.backbone=convnext_pico', `weights=${file}`])
    expect(() => backboneSettings(folder, [])).toThrow(`\`backbone\`: ${folder} is a folder\nhint: name its file`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a file named as timm names it, with other pixels', () => {
  const file = 'vit_tiny_patch16_224.augreg_in21k.pth'
  expect(() => checkPixels(file, 'half')).not.toThrow()
  expect(() => checkPixels(file, 'imagenet')).toThrow(`model.pixels: expected 'half' as ${file} was trained with`)
})

test.each([
  ['convnext_micro@v1', "`backbone`: no weights are offered for convnext_micro, got the revision 'v1'"],
  ['convnext_bas', "model.backbone: 'convnext_bas' is not known\nhint: did you mean convnext_base?"],
  [
    'convnext_base.fb_in22k_384',
    "`backbone`: no weights 'fb_in22k_384' are offered for convnext_base\nhint: did you mean",
  ],
  ['convnext_base.toString', "`backbone`: no weights 'toString' are offered for convnext_base"],
  ['own.safetensors', '`backbone`: of which network are the weights in own.safetensors?'],
])('%s is refused', (backbone, message) => {
  expect(() => backboneSettings(backbone, [])).toThrow(message)
})
