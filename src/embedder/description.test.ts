import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder, tinyGeometry, tinyNetwork } from '../../test/model-fixture.ts'
import { describeModel, geometryOf, readModelDescription, writeModelDescription } from './description.ts'

const minimal = {
  format: 'rosette-model',
  version: 1,
  name: 'other',
  model: 'other.onnx',
  input: { layout: 'NCHW', dtype: 'float32', channels: 'BGR', heightPx: 5, widthPx: 7 },
  output: { size: 3, normalised: false },
  preprocess: { resize: 'squash', kernel: 'bicubic' },
  flipAveraging: 'none',
}

function written(content: unknown): string {
  const path = join(temporaryFolder(), 'model.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

function mistakes(content: unknown): string {
  try {
    readModelDescription(written(content))
    return 'none'
  } catch (error) {
    return String(error)
  }
}

test('what is written is read back, and its geometry is the one it was made with', () => {
  const folder = temporaryFolder()
  const description = describeModel('tiny', tinyNetwork, tinyGeometry)
  writeModelDescription(folder, description)
  const read = readModelDescription(join(folder, 'model.json'))
  expect(read).toEqual(description)
  expect(geometryOf(read)).toEqual(tinyGeometry)
  const path = join(folder, 'model.json')
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace(/"widthPx": \d+/, '"widthPx": 33'))
  expect(() => readModelDescription(path)).toThrow(`${path}: seal: does not fit what the file says`)
  const { seal: _, ...unsealed } = JSON.parse(text) as Record<string, unknown>
  expect(readModelDescription(written(unsealed))).toEqual(description) // as earlier versions wrote it
  expect(read.output).toEqual({ name: 'embedding', size: 24, normalised: true })
})

test('what may be left out', () => {
  const read = readModelDescription(written(minimal))
  expect(read.input).toMatchObject({ scale: 1, mean: [0, 0, 0], std: [1, 1, 1] })
  expect(geometryOf(read)).toMatchObject({ heightPx: 5, widthPx: 7, alpha: 'keep', maskMargin: 0.05 })
})

/** What black and white become, and the rest of what an embedding hangs on. */
const described: Readonly<Record<string, readonly unknown[]>> = {
  'resnet50-imagenet': ['BGR', [-103.94, -116.78, -123.68], [151.06, 138.22, 131.32], 224, 2048, 'squash', 'bicubic'],
  'megadescriptor-l-384': ['RGB', [-1, -1, -1], [1, 1, 1], 384, 1536, 'squash', 'bilinear'],
  'miewid-msv3': ['RGB', [-2.12, -2.04, -1.8], [2.25, 2.43, 2.64], 440, 2152, 'squash', 'bilinear'],
  'dinov2-small': ['RGB', [-2.12, -2.04, -1.8], [2.25, 2.43, 2.64], 518, 384, 'center-crop', 'bicubic'],
}

const presets = fileURLToPath(new URL('../../presets', import.meta.url))

test.each(readdirSync(presets).filter((name) => name.endsWith('.model.json')))(
  'presets/%s is a good description',
  (file) => {
    const { name, model, input, output, preprocess, flipAveraging } = readModelDescription(join(presets, file))
    const value = (pixel: number) =>
      input.mean.map((mean, i) => Number(((pixel * input.scale - mean) / input.std[i]!).toFixed(2)))
    const { channels, heightPx, widthPx, layout } = input
    expect(described[name]).toEqual([
      channels,
      value(0),
      value(255),
      heightPx,
      output.size,
      preprocess.resize,
      preprocess.kernel,
    ])
    expect([`${name}.model.json`, model, widthPx, layout]).toEqual([file, `${name}.onnx`, heightPx, 'NCHW'])
    expect(flipAveraging).toBe('none')
  },
)

test('what a photo becomes is written as in a configuration, and out of range alike', () => {
  const text = mistakes({
    ...minimal,
    input: { ...minimal.input, widthPx: 20_000 },
    preprocess: { ...minimal.preprocess, kernel: 'lanczos', meanFill: [0, 0, 300], meanFil: 1 },
  })
  expect(text).toContain('  input.widthPx: expected number to be <=16384, got 20000')
  expect(text).toContain('  preprocess.kernel: expected one of "bilinear"|"bicubic", got "lanczos"')
  expect(text).toContain('  preprocess.meanFill[2]: expected number to be <=255, got 300')
  expect(text).toContain('  preprocess.meanFil: unknown key, did you mean meanFill?')
})

test('every mistake is told with file, path and nearest key', () => {
  const text = mistakes({
    ...minimal,
    version: 2,
    input: { ...minimal.input, layout: 'CHW', std: [1, 0, 1], meen: [1, 2, 3] },
    flipAveraging: true,
  })
  expect(text).toContain('model.json: 5 mistakes')
  expect(text).toContain('  version: expected 1, got 2')
  expect(text).toContain('  input.layout: expected one of "NHWC"|"NCHW", got "CHW"')
  expect(text).toContain('  input.std[1]: expected number to be >0, got 0')
  expect(text).toContain('  input.meen: unknown key, did you mean mean?')
  expect(text).toContain('  flipAveraging: expected one of "inside"|"outside"|"none", got true')
})

test('no JSON, no file, and bytes that are said to be scaled', () => {
  expect(mistakes('{ "format": ')).toContain('model.json: not JSON (')
  expect(mistakes({ ...minimal, input: { ...minimal.input, dtype: 'uint8', scale: 0.5 } })).toContain(
    'input.dtype: uint8 pixels go in as they are, got a scale, mean or std',
  )
  const folder = temporaryFolder()
  expect(() => readModelDescription(join(folder, 'none.json'))).toThrow('none.json: no such file')
  mkdirSync(join(folder, 'sub'))
})
