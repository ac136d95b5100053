import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { timmBeside } from './timm-beside.ts'

function beside(config: unknown) {
  const folder = mkdtempSync(join(tmpdir(), 'rosette-beside-'))
  writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  return timmBeside(join(folder, 'model.safetensors'))
}

const nothing = { architecture: undefined, size: undefined, pixels: undefined }

test.each([
  [{ pretrained_cfg: { input_size: [3, 96, 64] } }, { heightPx: 96, widthPx: 64 }],
  [
    { model_args: { img_size: 80 }, pretrained_cfg: { input_size: [3, 96, 64] } },
    { heightPx: 80, widthPx: 80 },
  ],
  [{ model_args: { img_size: [48, 80] } }, { heightPx: 48, widthPx: 80 }],
])('the size of %j', (config, size) => {
  expect(beside(config)).toEqual({ ...nothing, size })
})

test('architecture and pixels', () => {
  const [mean, std] = [
    [0, 0.1, 0.2],
    [1, 1, 1],
  ]
  expect(beside({ architecture: 'a', pretrained_cfg: { mean, std, input_size: 'large' } })).toEqual({
    ...nothing,
    architecture: 'a',
    pixels: { mean, std },
  })
})

test.each(['not JSON', '3', 'null', '[]', '{"architecture":7,"pretrained_cfg":[],"model_args":{"img_size":[1,2,3]}}'])(
  'what is none of timm’s tells nothing: %s',
  (config) => {
    expect(beside(config)).toEqual(nothing)
  },
)

test('where there is none', () => {
  expect(timmBeside(join(mkdtempSync(join(tmpdir(), 'rosette-beside-')), 'w.pth'))).toEqual(nothing)
})
