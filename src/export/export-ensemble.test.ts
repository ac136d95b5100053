import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { cosine, temporaryFolder, tinyNetwork, tinyRun, tinyTensors } from '../../test/model-fixture.ts'
import { type FusionMethod, openModel, openModels } from '../embedder/index.ts'
import { geometry } from '../images/index.ts'
import { decodeModel } from '../onnx/index.ts'
import { presets } from '../run/index.ts'
import { drawnPixels } from './drawn-pixels.ts'
import { writeEnsembleFolder } from './ensemble-folder.ts'
import { exportEnsemble } from './export-ensemble.ts'

let [a, b] = ['', '']
beforeAll(() => {
  ;[a, b] = [0, 1].map((seed) => {
    const run = tinyRun({ checkpoints: { best: tinyTensors(seed) } })
    writeFileSync(join(run, 'config.json'), JSON.stringify({ ...presets.atto, model: tinyNetwork }))
    return run
  }) as [string, string]
})

async function ensembleOf(method: FusionMethod, second = b): Promise<string> {
  const folder = join(temporaryFolder(), 'pair')
  const members = [
    { model: a, weight: 3 },
    { model: second, tta: 'none' as const },
  ]
  await writeEnsembleFolder({ folder, name: 'pair', method, members })
  return folder
}

async function embedded(...models: string[]): Promise<Float32Array[]> {
  const model = await openModels(models, { threads: 1 })
  const photos = drawnPixels(model.geometries[0]!).slice(0, 3)
  const data = await model.embed(photos.map((view) => [view]))
  await model.release()
  return photos.map((_, i) => data.subarray(i * model.size, (i + 1) * model.size))
}

test('one standard file embeds as the members do together, by their weights and averaging', async () => {
  const [folder, out] = [await ensembleOf('similarities'), temporaryFolder()]
  const { description, difference } = await exportEnsemble({ ensemble: folder, folder: out, name: 'one' })
  expect(difference).toBeLessThan(1e-5)
  expect(description).toMatchObject({ name: 'one', output: { size: 48, normalised: true }, flipAveraging: 'inside' })
  const { graph, opsetImport } = decodeModel(readFileSync(join(out, 'model.onnx')), 'model.onnx')
  expect(opsetImport.map(({ domain }) => domain)).toEqual([''])
  expect(graph!.input.map(({ name }) => name)).toEqual(['pixels'])
  const [file, members] = [await embedded(out), await embedded(folder)]
  file.forEach((row, i) => row.forEach((value, d) => expect(value).toBeCloseTo(members[i]![d]!, 5)))
  const one = await embedded(a)
  const plain = await openModel(b, { threads: 1, tta: 'none' })
  const photos = drawnPixels(plain.network.geometry).slice(0, 2)
  const data = await plain.embed(photos.map((view) => [view]))
  await plain.release()
  const two = cosine(data.subarray(0, 24), data.subarray(24))
  expect(cosine(file[0]!, file[1]!)).toBeCloseTo(0.75 * cosine(one[0]!, one[1]!) + 0.25 * two, 5)
})

test('a mean of embeddings keeps their size', async () => {
  const [folder, out] = [await ensembleOf('embeddings'), temporaryFolder()]
  const { description } = await exportEnsemble({ ensemble: folder, folder: out })
  expect(description.output.size).toBe(24)
  const [file, members] = [await embedded(out), await embedded(folder)]
  expect(Math.hypot(...file[0]!)).toBeCloseTo(1, 5)
  file.forEach((row, i) => row.forEach((value, d) => expect(value).toBeCloseTo(members[i]![d]!, 5)))
})

test('what one file cannot hold is refused, and why', async () => {
  const out = temporaryFolder()
  const wide = tinyRun({ geometry: geometry({ widthPx: 96, heightPx: 64 }) })
  const of = async (method: FusionMethod, second?: string) =>
    exportEnsemble({ ensemble: await ensembleOf(method, second), folder: out })
  await expect(of('ranks')).rejects.toThrow('fuses ranks, which no embedding can say')
  await expect(of('similarities', wide)).rejects.toThrow(
    'see photos in different ways, so that one file cannot take them: 32 × 32, letterbox and 96 × 64, squash',
  )
  const exported = temporaryFolder()
  await exportEnsemble({ ensemble: await ensembleOf('similarities'), folder: exported })
  await expect(of('similarities', exported)).rejects.toThrow(`2-${basename(exported)}: is no run with a network`)
})
