import { mkdirSync, writeFileSync } from 'node:fs'
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
  expect(read.output).toEqual({ name: 'embedding', size: 24, normalised: true })
})

test('what may be left out', () => {
  const read = readModelDescription(written(minimal))
  expect(read.input).toMatchObject({ scale: 1, mean: [0, 0, 0], std: [1, 1, 1] })
  expect(geometryOf(read)).toMatchObject({ heightPx: 5, widthPx: 7, alpha: 'keep', maskMargin: 0.05 })
})

test('the description of the public ResNet50 is a good one', () => {
  const path = fileURLToPath(new URL('../../presets/resnet50-imagenet.model.json', import.meta.url))
  expect(readModelDescription(path).input.mean).toEqual([103.939, 116.779, 123.68])
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
