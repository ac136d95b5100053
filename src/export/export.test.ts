import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  cosine,
  randomPixels,
  temporaryFolder,
  timmNetwork,
  tinyGeometry,
  tinyNetwork,
  tinyTensors,
} from '../../test/model-fixture.ts'
import { halfCosine } from '../../test/tolerances.ts'
import type { Precision } from '../embedder/embedder.ts'
import { embeddingGraph } from '../models/index.ts'
import { decodeModel } from '../onnx/index.ts'
import { openOnnx, ortBackend, referenceBackend } from '../runtime/index.ts'
import { float32, type Tensor } from '../tensor/index.ts'
import { exportModel } from './export.ts'

const network = tinyNetwork
const geometry = tinyGeometry
/** ONNX's code of float16. */
const float16Code = 10

async function exported(
  tensors: ReadonlyMap<string, Tensor> = tinyTensors(),
  precision: Precision = 'fp32',
  network = tinyNetwork,
): Promise<string> {
  const folder = temporaryFolder()
  await exportModel({ network, geometry, tensors, folder, name: 'tiny', precision })
  return join(folder, 'model.onnx')
}

test('photo bytes through model.onnx agree with the graph’s own inference embedding', async () => {
  const pixels = randomPixels(3)
  const model = await openOnnx(await exported(), { threads: 1 })
  const { embedding } = await model.run({ pixels })
  await model.release()
  const { graph } = embeddingGraph(network, { ...geometry, batch: 3, flip: true })
  for (const backend of [referenceBackend(), await ortBackend({ threads: 1 })]) {
    const program = await backend.compile(graph, { parameters: tinyTensors() })
    const { embedding: own } = await program.run({ pixels })
    for (let b = 0; b < 3; b++) {
      const [a, o] = [embedding!, own!].map(({ data }) => [...data].slice(b * 24, (b + 1) * 24).map(Number))
      expect(cosine(a!, o!)).toBeGreaterThan(0.999999)
      expect(Math.hypot(...a!)).toBeCloseTo(1, 5)
    }
    // Different photos do not look alike to it, or agreement would say nothing.
    const data = own!.data as Float32Array
    expect(cosine(data.subarray(0, 24), data.subarray(24, 48))).toBeLessThan(0.99)
    await program.release()
  }
})

test('a photo and its mirror image have one embedding', async () => {
  const pixels = randomPixels(1)
  const mirrored = { ...pixels, data: new Uint8Array(pixels.data.length) }
  for (let p = 0; p < 32 * 32; p++) {
    const q = p - (p % 32) + 31 - (p % 32)
    mirrored.data.set(pixels.data.subarray(p * 3, p * 3 + 3), q * 3)
  }
  const model = await openOnnx(await exported(), { threads: 1 })
  const [a, b] = [await model.run({ pixels }), await model.run({ pixels: mirrored })]
  await model.release()
  expect(cosine(a.embedding!.data as Float32Array, b.embedding!.data as Float32Array)).toBeGreaterThan(0.999999)
})

test('the file is standard ONNX, and its description travels inside too', async () => {
  const path = await exported()
  const proto = decodeModel(readFileSync(path), path)
  expect(proto.opsetImport.map(({ domain }) => domain)).toEqual([''])
  expect(proto.graph!.input.map(({ name }) => name)).toEqual(['pixels'])
  const inside: unknown = JSON.parse(proto.metadataProps.find(({ key }) => key === 'rosette')!.value)
  const { sha256, seal, ...outside } = JSON.parse(readFileSync(path.replace('.onnx', '.json'), 'utf8'))
  expect(inside).toEqual(outside) // a file cannot hold its own hash
  expect(seal).toBe(createHash('sha256').update(JSON.stringify(outside)).digest('hex'))
  expect(sha256).toEqual({ 'model.onnx': createHash('sha256').update(readFileSync(path)).digest('hex') })
})

test('in whole numbers the file is standard ONNX too, far smaller, and embeds nearly the same', async () => {
  const tensors = tinyTensors(0, timmNetwork) // large enough that weights are most of the file
  const exact = await exported(tensors, 'fp32', timmNetwork)
  const whole = await exported(tensors, 'int8', timmNetwork)
  expect(statSync(whole).size).toBeLessThan(0.35 * statSync(exact).size)
  const proto = decodeModel(readFileSync(whole), whole)
  expect(proto.opsetImport.map(({ domain }) => domain)).toEqual([''])
  expect(proto.graph!.node.filter(({ opType }) => opType === 'MatMulInteger').length).toBeGreaterThan(10)
  const pixels = randomPixels(3)
  const [a, b] = await Promise.all(
    [exact, whole].map(async (path) => {
      const model = await openOnnx(path, { threads: 1 })
      const { embedding } = await model.run({ pixels })
      await model.release()
      return embedding!.data as Float32Array
    }),
  )
  for (let i = 0; i < 3; i++) {
    const [exactRow, wholeRow] = [a!, b!].map((data) => data.subarray(i * 24, (i + 1) * 24))
    expect(cosine(exactRow!, wholeRow!)).toBeGreaterThan(0.99)
  }
})

test('in float16 the file is standard ONNX of half the size, uint8 in and float32 out, and embeds the same to four digits', async () => {
  const [exact, half] = [await exported(), await exported(tinyTensors(), 'fp16')]
  expect(statSync(half).size).toBeLessThan(0.56 * statSync(exact).size)
  const proto = decodeModel(readFileSync(half), half)
  expect(proto.opsetImport.map(({ domain }) => domain)).toEqual([''])
  const weights = proto.graph!.initializer.filter(({ dims }) => dims.length > 1)
  const share = weights.filter(({ dataType }) => dataType === float16Code).length / weights.length
  expect(share).toBeGreaterThan(0.8)
  const pixels = randomPixels(3)
  const [a, b] = await Promise.all(
    [exact, half].map(async (path) => {
      const model = await openOnnx(path, { threads: 1 })
      expect([...model.inputs, ...model.outputs].map(({ dtype }) => dtype)).toEqual(['uint8', 'float32'])
      const { embedding } = await model.run({ pixels })
      await model.release()
      return embedding!.data as Float32Array
    }),
  )
  for (let i = 0; i < 3; i++) {
    const [exactRow, halfRow] = [a!, b!].map((data) => data.subarray(i * 24, (i + 1) * 24))
    expect(cosine(exactRow!, halfRow!)).toBeGreaterThan(halfCosine)
    expect(cosine(exactRow!, halfRow!)).toBeLessThan(0.99999999)
  }
})

test('an export in int8 says how near its embeddings are to float32’s', async () => {
  const made = (tensors: ReadonlyMap<string, Tensor>, precision: Precision) =>
    exportModel({ network, geometry, tensors, folder: temporaryFolder(), name: 'tiny', precision })
  expect((await made(tinyTensors(), 'fp32')).agreement).toBeUndefined()
  const { agreement } = await made(tinyTensors(), 'int8')
  expect(agreement).toMatchObject({ photos: 8 })
  expect(agreement!.mean).toBeGreaterThan(0.99)
  expect(agreement!.worst).toBeLessThanOrEqual(agreement!.mean)
  expect(agreement!.mean).toBeLessThan(0.9999999) // something was rounded
})

test('tensors that are missing, misshapen and unexpected are told in one table, and nothing is written', async () => {
  const tensors = tinyTensors()
  tensors.delete('neck.running_mean')
  tensors.set('neck.weight', float32([2], [1, 1]))
  tensors.set('backbone.stem.9.weight', float32([1], [1]))
  tensors.set('head.weight', float32([1], [1]))
  tensors.set('m/neck.weight', float32([1], [1]))
  const folder = temporaryFolder()
  let text = ''
  try {
    await exportModel({ network, geometry, tensors, folder, name: 'tiny', where: 'best.safetensors' })
  } catch (error) {
    text = String(error)
  }
  expect(text).toContain('InputError: best.safetensors: 3 ')
  expect(text).toMatch(/\nneck\.running_mean +float32 \[24\] +missing/)
  expect(text).toMatch(/\nneck\.weight +float32 \[24\] +float32 \[2\]/)
  expect(text).toMatch(/\nbackbone\.stem\.9\.weight +no such tensor +float32 \[1\]/)
  expect(text).not.toContain('head')
  expect(existsSync(join(folder, 'model.json'))).toBe(false)
})

test('weights that are not finite are no model', async () => {
  const tensors = tinyTensors()
  ;(tensors.get('neck.bias')!.data as Float32Array)[3] = Number.NaN
  await expect(exported(tensors)).rejects.toThrow("tensor 'neck.bias' holds NaN at 3")
})
