import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { add, cast, type Dim, input, mul, reshape } from '../graph/index.ts'
import { encodeModel, toOnnx } from '../onnx/index.ts'
import { tensor } from '../tensor/index.ts'
import type { ModelDescription } from './description.ts'
import { openModel } from './open.ts'

interface Foreign {
  readonly layout?: 'NHWC' | 'NCHW'
  readonly dtype?: 'float32' | 'uint8'
  readonly batch?: Dim
  readonly second?: boolean
  readonly about?: Record<string, unknown>
  readonly input?: Partial<ModelDescription['input']>
  readonly file?: string
}

/** A model whose embedding is its input, flattened: 2 × 3 pixels of three channels, in the model's own order. */
function foreign(options: Foreign = {}): string {
  const { layout = 'NCHW', dtype = 'float32', batch = 'N', second = false, file = 'other.model.json' } = options
  const folder = temporaryFolder()
  const x = input('image', layout === 'NCHW' ? [batch, 3, 2, 3] : [batch, 2, 3, 3], dtype)
  const features = mul(reshape(cast(x, 'float32'), [batch, 18]), 1)
  const outputs = second ? { features, more: add(features, 1) } : { features }
  writeFileSync(join(folder, 'other.onnx'), encodeModel(toOnnx({ outputs }), '').model)
  const description = {
    format: 'rosette-model',
    version: 1,
    name: 'other',
    model: 'other.onnx',
    input: { layout, dtype, channels: 'RGB', heightPx: 2, widthPx: 3, ...options.input },
    output: { size: 18, normalised: false },
    preprocess: { resize: 'squash', kernel: 'bilinear' },
    flipAveraging: 'none',
    ...options.about,
  }
  if (file !== '') writeFileSync(join(folder, file), JSON.stringify(description))
  return join(folder, 'other.onnx')
}

/** One photo of 2 rows × 3 columns; channel c of pixel p is 10·p + c. */
const bytes = Uint8Array.from({ length: 18 }, (_, i) => 10 * Math.floor(i / 3) + (i % 3))
const photo = tensor('uint8', [1, 2, 3, 3], bytes)

async function embedding(path: string, options = {}, pixels = photo): Promise<number[]> {
  const embedder = await openModel(path, { threads: 1, ...options })
  try {
    return [...(await embedder.network.embed(pixels))]
  } finally {
    await embedder.release()
  }
}

function normalised(values: readonly number[]): unknown[] {
  const norm = Math.hypot(...values)
  return values.map((v) => expect.closeTo(v / norm, 5))
}

const pixels = [0, 1, 2, 3, 4, 5]
/** Channel c of each pixel. */
const plane = (c: number) => pixels.map((p) => 10 * p + c)

test('planes, in the order of the model’s channels, standardised in that order', async () => {
  expect(await embedding(foreign())).toEqual(normalised([...plane(0), ...plane(1), ...plane(2)]))
  const scaled = foreign({ input: { channels: 'BGR', scale: 0.5, mean: [1, 2, 3], std: [1, 2, 4] } })
  const value = (c: number, mean: number, std: number) => plane(c).map((v) => (v * 0.5 - mean) / std)
  expect(await embedding(scaled)).toEqual(normalised([...value(2, 1, 1), ...value(1, 2, 2), ...value(0, 3, 4)]))
})

test('pixel by pixel, as floats and as bytes', async () => {
  expect(await embedding(foreign({ layout: 'NHWC' }))).toEqual(normalised([...bytes]))
  expect(await embedding(foreign({ layout: 'NHWC', dtype: 'uint8' }))).toEqual(normalised([...bytes]))
  const bgr = pixels.flatMap((p) => [2, 1, 0].map((c) => 10 * p + c))
  expect(await embedding(foreign({ layout: 'NHWC', dtype: 'uint8', input: { channels: 'BGR' } }))).toEqual(
    normalised(bgr),
  )
})

test('flip averaging outside: asked for, or by the description', async () => {
  const mirrored = [2, 1, 0, 5, 4, 3].flatMap((p) => [0, 1, 2].map((c) => 10 * p + c))
  const average = normalised([...bytes].map((v, i) => (v + mirrored[i]!) / 2))
  const path = foreign({ layout: 'NHWC' })
  expect(await embedding(path, { tta: 'flip' })).toEqual(average)
  const outside = foreign({ layout: 'NHWC', about: { flipAveraging: 'outside' } })
  expect(await embedding(outside)).toEqual(average)
  expect(await embedding(outside, { tta: 'none' })).toEqual(normalised([...bytes]))
})

test('a file that insists on its batch gets it', async () => {
  const three = tensor(
    'uint8',
    [3, 2, 3, 3],
    Uint8Array.from({ length: 54 }, (_, i) => (i * 7) % 251),
  )
  const free = await embedding(foreign(), {}, three)
  expect(await embedding(foreign({ batch: 2 }), {}, three)).toEqual(free)
  expect(await embedding(foreign({ batch: 1 }), { batch: 16 }, three)).toEqual(free)
})

test('the description: beside the file under either name, or named', async () => {
  const expected = normalised([...plane(0), ...plane(1), ...plane(2)])
  expect(await embedding(foreign({ file: 'model.json' }))).toEqual(expected)
  const elsewhere = foreign({ about: { model: 'wherever.onnx' } }).replace('other.onnx', 'other.model.json')
  const alone = foreign({ file: '' })
  expect(await embedding(alone, { modelConfig: elsewhere })).toEqual(expected)
  await expect(embedding(alone)).rejects.toThrow('no description of its preprocessing\nhint: write other.model.json')
  const named = (name: string) => alone.replace('other.onnx', name)
  for (const name of ['resnet50-imagenet.onnx', 'resnet50_v2.onnx']) copyFileSync(alone, named(name))
  await expect(embedding(named('resnet50-imagenet.onnx'))).rejects.toThrow(
    '\nhint: rosette has one for this network: `modelConfig: "presets/resnet50-imagenet.model.json"`',
  )
  await expect(embedding(named('resnet50_v2.onnx'))).rejects.toThrow(
    'rosette has one for a network of this kind, `modelConfig: "presets/resnet50-imagenet.model.json"`: docs/models.md',
  )
  await expect(embedding(foreign({ file: 'model.json', about: { model: 'wherever.onnx' } }))).rejects.toThrow(
    'describes wherever.onnx',
  )
})

test('everything stated is held against the file, and all of it is told', async () => {
  const wrong = foreign({
    layout: 'NHWC',
    input: { heightPx: 4, dtype: 'uint8' },
    about: { output: { size: 20, normalised: true } },
  })
  const text = await embedding(wrong).catch(String)
  expect(text).toContain('other.model.json: does not fit the ONNX file')
  expect(text).toContain("input.dtype: uint8, but 'image' takes float32")
  expect(text).toContain("input: layout and size are NHWC [N, 4, 3, 3], but 'image' takes [N, 2, 3, 3]")
  expect(text).toContain("output.size: 20, but 'features' gives [N, 18]")
})

test('names: needed where there are several, and the nearest where one is wrong', async () => {
  await expect(embedding(foreign({ second: true }))).rejects.toThrow(
    'output.name: missing, and the file has 2: features, more',
  )
  const named = foreign({ second: true, about: { output: { name: 'features', size: 18, normalised: false } } })
  expect(await embedding(named)).toEqual(normalised([...plane(0), ...plane(1), ...plane(2)]))
  await expect(embedding(foreign({ input: { name: 'images' } }))).rejects.toThrow(
    "input.name: the ONNX file has no 'images'\nhint: did you mean image?",
  )
})

test('a file that is no ONNX', async () => {
  const path = foreign()
  writeFileSync(path, 'nothing')
  await expect(embedding(path)).rejects.toThrow('other.onnx: ONNX Runtime cannot open it')
})
