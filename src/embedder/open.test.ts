import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  cosine,
  randomPixels,
  temporaryFolder,
  tinyGeometry,
  tinyNetwork,
  tinyRun,
  tinyTensors,
} from '../../test/model-fixture.ts'
import { halfCosine } from '../../test/tolerances.ts'
import { Rng } from '../base/index.ts'
import { exportModel } from '../export/export.ts'
import { float32, type Tensor, tensor } from '../tensor/index.ts'
import { type OpenModelOptions, photosTogether } from './embedder.ts'
import { openModel } from './open.ts'

const size = 24

async function embed(path: string, options: OpenModelOptions = {}, pixels = randomPixels(2)): Promise<Float32Array> {
  const embedder = await openModel(path, { threads: 1, ...options })
  try {
    return await embedder.network.embed(pixels)
  } finally {
    await embedder.release()
  }
}

async function exported(seed = 0): Promise<string> {
  const folder = temporaryFolder()
  await exportModel({ network: tinyNetwork, geometry: tinyGeometry, tensors: tinyTensors(seed), folder, name: 'tiny' })
  return folder
}

test('a run rebuilt from its checkpoint embeds as its exported file does, by folder and by file', async () => {
  const run = await embed(tinyRun())
  const folder = await exported()
  for (const path of [folder, join(folder, 'model.onnx')]) {
    const data = await embed(path)
    expect(cosine(run.subarray(0, size), data.subarray(0, size))).toBeGreaterThan(0.999999)
    expect(cosine(run.subarray(size), data.subarray(size))).toBeGreaterThan(0.999999)
  }
})

test('any number of photos, whatever the batch: rows do not depend on their neighbours', async () => {
  const path = tinyRun()
  const five = await embed(path, { batch: 2 }, randomPixels(5))
  const together = await embed(path, { batch: 5 }, randomPixels(5))
  expect(five.length).toBe(5 * size)
  five.forEach((value, i) => expect(value).toBeCloseTo(together[i]!, 5))
  expect(Math.hypot(...five.subarray(4 * size))).toBeCloseTo(1, 5)
})

test('flip averaging is on for a run, and can be switched off', async () => {
  const path = tinyRun()
  const info = await openModel(path)
  expect([info.tta, info.size, info.geometries[0]?.heightPx, info.run]).toEqual(['flip', size, 32, path])
  await info.release()
  const [flip, none] = [await embed(path), await embed(path, { tta: 'none' })]
  expect(cosine(flip, none)).toBeLessThan(0.9999)
  const folder = await exported()
  expect(cosine(await embed(folder, { tta: 'flip' }), flip)).toBeGreaterThan(0.999999)
  await expect(embed(folder, { tta: 'none' })).rejects.toThrow('inside its graph\nhint: name the run folder')
})

test('the best checkpoint unless told otherwise, the last where there is no best, averaged weights where there are some', async () => {
  const averaged = new Map<string, Tensor>()
  for (const [name, value] of tinyTensors(1)) averaged.set(name, value)
  for (const [name, value] of tinyTensors(2)) if (!name.includes('running')) averaged.set(`ema/${name}`, value)
  averaged.set('m/neck.weight', float32([1], [0]))
  averaged.set('head.weight', float32([1], [0]))
  const mixed = new Map(tinyTensors(1))
  for (const [name, value] of tinyTensors(2)) if (!name.includes('running')) mixed.set(name, value)
  const both = tinyRun({ checkpoints: { best: tinyTensors(0), last: averaged } })
  const expected = await embed(tinyRun({ checkpoints: { last: mixed } }))
  expect(await embed(both)).toEqual(await embed(tinyRun()))
  expect(await embed(both, { checkpoint: 'last' })).toEqual(expected)
  await expect(embed(tinyRun(), { checkpoint: 'last' })).rejects.toThrow("no 'last' checkpoint\nhint: there is 'best'")
  await expect(embed(tinyRun({ checkpoints: {} }))).rejects.toThrow('no checkpoint\nhint: has its training')
})

test('a checkpoint that belongs to another network', async () => {
  const other = new Map([...tinyTensors()].filter(([name]) => !name.startsWith('neck')))
  await expect(embed(tinyRun({ checkpoints: { best: other } }))).rejects.toThrow(
    /best\.safetensors: 4 of \d+ tensors do not fit the network\n.*\nneck/,
  )
})

test('what is no model, and options that do not belong to it', async () => {
  const folder = temporaryFolder()
  await expect(embed(join(folder, 'none'))).rejects.toThrow('no such model')
  await expect(embed(folder)).rejects.toThrow('no model: neither checkpoints/ nor model.json')
  const seeds = temporaryFolder()
  writeFileSync(join(seeds, 'seeds.json'), '{}')
  await expect(embed(seeds)).rejects.toThrow(
    `a run for each of several seeds\nhint: name one of them, as ${seeds}/seed-1`,
  )
  writeFileSync(join(folder, 'model.json'), '{}')
  await expect(embed(join(folder, 'model.json'))).rejects.toThrow('hint: name the .onnx file')
  await expect(embed(await exported(), { checkpoint: 'best' })).rejects.toThrow(
    'is an exported model, not a run folder',
  )
  await expect(embed(tinyRun(), { modelConfig: 'x.json' })).rejects.toThrow('a run folder and describes itself')
  await expect(embed(tinyRun(), { batch: 0 })).rejects.toThrow('`batch`: expected a whole number above 0, got 0')
  const stopped = await exported()
  rmSync(join(stopped, 'model.onnx'))
  await expect(embed(stopped)).rejects.toThrow('neither a checkpoint nor')
})

test('in whole numbers embeddings are nearly the same, and an exported file has a precision of its own', async () => {
  const path = tinyRun()
  const [exact, whole] = [await embed(path), await embed(path, { precision: 'int8' })]
  expect(cosine(exact, whole)).toBeGreaterThan(0.99)
  expect(cosine(exact, whole)).toBeLessThan(0.9999999)
  const info = await openModel(path, { precision: 'int8' })
  expect(info.source).toBe(`${path}, checkpoint 'best', int8`)
  await info.release()
  await expect(embed(await exported(), { precision: 'int8' })).rejects.toThrow('is an exported model and has its own')
})

test('in float16 embeddings are the same to four digits, and say so', async () => {
  const path = tinyRun()
  const [exact, half] = [await embed(path), await embed(path, { precision: 'fp16' })]
  expect(cosine(exact, half)).toBeGreaterThan(halfCosine)
  expect(cosine(exact, half)).toBeLessThan(0.99999999)
  const info = await openModel(path, { precision: 'fp16' })
  expect(info.source).toBe(`${path}, checkpoint 'best', fp16`)
  await info.release()
})

test('in whole numbers a photo’s embedding depends on no other photo, unless they are to pass together', async () => {
  const rng = new Rng(7)
  const bytes = Uint8Array.from({ length: 2 * 32 * 32 * 3 }, (_, i) => rng.int(i < 32 * 32 * 3 ? 256 : 40))
  const both = tensor('uint8', [2, 32, 32, 3], bytes)
  const first = tensor('uint8', [1, 32, 32, 3], bytes.subarray(0, 32 * 32 * 3))
  for (const [batch, alike] of [
    [undefined, true],
    [2, false],
  ] as const) {
    const options = { precision: 'int8', batch } as const
    const [alone, beside] = [await embed(tinyRun(), options, first), await embed(tinyRun(), options, both)]
    expect([...beside.subarray(0, alone.length)].every((value, i) => value === alone[i])).toBe(alike)
  }
})

test('in whole numbers photos pass one by one, of an exported file too; a batch that was asked for is told', async () => {
  const folder = temporaryFolder()
  const about = { network: tinyNetwork, geometry: tinyGeometry, name: 'tiny', precision: 'int8' } as const
  await exportModel({ ...about, tensors: tinyTensors(), folder })
  const told = async (path: string, options: OpenModelOptions) => {
    const embedder = await openModel(path, options)
    await embedder.release()
    return [embedder.batchSize, embedder.warnings?.join()]
  }
  const line = expect.stringMatching(
    /: int8 rounds the 4 photos of a batch together, so that an embedding depends a little/,
  )
  for (const [path, options] of [
    [folder, { threads: 3 }],
    [tinyRun(), { threads: 3, precision: 'int8' }],
  ] as const) {
    expect(await told(path, options)).toEqual([1, ''])
    expect(await told(path, { ...options, batch: 4 })).toEqual([4, line])
  }
  expect(await told(await exported(), { threads: 1, batch: 4 })).toEqual([4, ''])
})

test('photos pass together where threads share a run', () => {
  expect(photosTogether('none', 'fp32', 1)).toBe(1)
  expect(photosTogether('none', 'fp32', 2)).toBe(8)
  expect(photosTogether('flip', 'fp32', 2)).toBe(4)
  expect(photosTogether('none', 'int8', 2)).toBe(1)
})

test('pixels of nobody: no rows', async () => {
  expect(await embed(tinyRun(), {}, tensor('uint8', [0, 32, 32, 3], new Uint8Array(0)))).toEqual(new Float32Array(0))
})
