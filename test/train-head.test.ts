import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Rng } from '../src/base/index.ts'
import { exportCommand } from '../src/cli/export.ts'
import { runProgram } from '../src/cli/program.ts'
import { openDataset } from '../src/data/index.ts'
import { embedPhotos, openModel } from '../src/embedder/index.ts'
import { constant, input, matmul, reduceMean, reshape } from '../src/graph/index.ts'
import { evaluatePhotos, selectPhotos } from '../src/identify/index.ts'
import { pairEmbedding } from '../src/models/index.ts'
import { Scope } from '../src/nn/index.ts'
import { encodeModel, toOnnx } from '../src/onnx/index.ts'
import { referenceBackend } from '../src/runtime/index.ts'
import { decodeNpy, decodeSafetensors, float32, type Tensor } from '../src/tensor/index.ts'
import { type PrepareEvent, type TrainCallOptions, type TrainEvent, train } from '../src/train/index.ts'
import { rejection } from './dataset-fixture.ts'
import { compute } from './golden.ts'
import { cosine } from './model-fixture.ts'
import { stripedDataset } from './striped-dataset.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-head-'))
const onnx = join(folder, 'somebodys.onnx')
vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
let data = ''

/** Somebody's network: the mean colours of 4 × 6 cells of a photo of 32 × 48, mixed to 24 numbers. */
function somebodys(seed = 'somebody'): void {
  const rng = new Rng(seed)
  const x = input('pixel_values', ['N', 3, 32, 48])
  const cells = reduceMean(reshape(x, ['N', 3, 4, 8, 6, 8]), { axes: [3, 5] }) // [N, 3, 4, 6]
  const mix = float32(
    [72, 24],
    Array.from({ length: 72 * 24 }, () => rng.normal()),
  )
  const outputs = { features: matmul(reshape(cells, ['N', 72]), constant(mix)) }
  writeFileSync(onnx, encodeModel(toOnnx({ outputs }), '').model)
  const description = {
    ...{ format: 'rosette-model', version: 1, name: 'somebody’s', model: 'somebodys.onnx' },
    input: { layout: 'NCHW', dtype: 'float32', channels: 'RGB', heightPx: 32, widthPx: 48, scale: 1 / 255 },
    ...{ output: { size: 24, normalised: false }, preprocess: { resize: 'squash', kernel: 'bilinear' } },
    flipAveraging: 'none',
  }
  writeFileSync(join(folder, 'somebodys.model.json'), JSON.stringify(description))
}

async function run(out: string, more: Partial<TrainCallOptions>, stopAfter?: number) {
  const events: (TrainEvent | PrepareEvent)[] = []
  const stop = new AbortController()
  const outcome = await train({
    ...{ data, out: join(folder, out), inThread: true, threads: 1, signal: stop.signal, ...more },
    onEvent: (event) => {
      events.push(event)
      if (event.kind === 'step' && event.step === stopAfter) stop.abort()
    },
  })
  return { outcome, events }
}

const begin = {
  backbone: onnx,
  freeze: 'all',
  seed: 2,
  set: ['validation=stratified', 'epochs=8', 'validateEvery=4', 'batchSize=8', 'model.embeddingSize=16'],
} as const
const checkpoint = (out: string) => {
  const path = join(folder, out, 'checkpoints', 'best.safetensors')
  return decodeSafetensors(readFileSync(path), path).tensors
}

beforeAll(async () => {
  data = await stripedDataset()
  somebodys()
})
afterAll(() => {
  vi.unstubAllEnvs()
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
})

describe('a head on an ONNX file', () => {
  test('is trained on embeddings that are computed once', async () => {
    const { outcome, events } = await run('head', begin)
    expect(outcome).toEqual({ finished: true, step: 24, totalSteps: 24 })
    expect(events.filter(({ kind }) => kind === 'embed').at(-1)).toEqual({ kind: 'embed', done: 32, total: 32 })
    const losses = events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []))
    expect(losses.at(-1)!).toBeLessThan(losses[0]!)
    const tensors = checkpoint('head')
    expect([...tensors.keys()].filter((name) => !name.includes('/')).sort()).toEqual([
      ...[
        'head.weight',
        'neck.running_mean',
        'neck.running_var',
        'neck.weight',
        'projection.bias',
        'projection.weight',
      ],
    ])
    const config = JSON.parse(readFileSync(join(folder, 'head', 'config.json'), 'utf8'))
    expect(config).toMatchObject({
      freeze: 'all',
      weights: null,
      image: { widthPx: 48, heightPx: 32, kernel: 'bilinear' },
    })
  })

  test('and goes on to the same bits, without embedding again', async () => {
    const { outcome, events } = await run('parts', begin, 7)
    expect(outcome.finished).toBe(false)
    expect(events.some(({ kind }) => kind === 'embed')).toBe(false)
    expect(await rejection(openModel(join(folder, 'parts')))).toContain('its training has not come to its end')
    const own = readFileSync(onnx)
    somebodys('somebody else')
    expect(await rejection(run('parts', { resume: true }))).toContain('was begun from somebodys.onnx (')
    writeFileSync(onnx, own)
    await run('parts', { resume: true })
    for (const [name, t] of checkpoint('head')) expect(checkpoint('parts').get(name)!.data, name).toEqual(t.data)
    const [whole, resumed] = ['head', 'parts'].map((name) => readFileSync(join(folder, name, 'model.onnx')))
    expect(resumed!.equals(whole!)).toBe(true)
  })

  test('is one ONNX file that embeds as the trained head does', async () => {
    const embedder = await openModel(join(folder, 'head'), { threads: 1 })
    const photos = openDataset(data).photos
    const { embeddings } = await embedPhotos(embedder, photos)
    await embedder.release()
    expect([embedder.size, embedder.tta, embedder.run]).toEqual([16, 'flip', join(folder, 'head')])
    const [file] = readdirSync(join(folder, 'cache', 'embeddings'))
    const path = join(folder, 'cache', 'embeddings', file!)
    const vectors = decodeNpy(readFileSync(path), path)
    const model = { embeddingSize: 16, neckBias: false, dropout: 0 }
    const expected = pairEmbedding(Scope.root('inference'), input('features', [2, 32, 24]), model)
    const feeds: Record<string, Tensor> = { features: vectors, ...Object.fromEntries(checkpoint('head')) }
    const results = await compute(referenceBackend({ floats: 'float64' }), { expected }, feeds)
    const names = photos.map(({ filename }) => filename)
    const sorted = [...names].sort() // the run's order
    names.forEach((name, i) => {
      const at = sorted.indexOf(name) * 16
      const own = Array.from(results.expected!.data.slice(at, at + 16), Number)
      expect(cosine(embeddings.data.subarray(i * 16, i * 16 + 16), own), name).toBeGreaterThan(0.999999)
    })
  })

  test('embeds again where a bit of the cached embeddings is another', async () => {
    const [file] = readdirSync(join(folder, 'cache', 'embeddings'))
    const path = join(folder, 'cache', 'embeddings', file!)
    const whole = readFileSync(path)
    const bytes = Buffer.from(whole)
    bytes[200]! ^= 1
    writeFileSync(path, bytes)
    const { events } = await run('again', begin, 1)
    expect(events.some(({ kind }) => kind === 'embed')).toBe(true)
    expect(readFileSync(path).equals(whole)).toBe(true)
  })

  test('is evaluated on the photos that it set aside, to the number its training told', async () => {
    const embedder = await openModel(join(folder, 'head'), { threads: 1 })
    const selection = await selectPhotos(openDataset(data), { run: embedder.run })
    const report = await evaluatePhotos(embedder, selection)
    await embedder.release()
    const metrics = JSON.parse(readFileSync(join(folder, 'head', 'metrics.json'), 'utf8'))
    expect(report).toMatchObject({ split: 'validation', photos: 8 })
    expect(report.identityBalancedMap).toBeCloseTo(metrics.identityBalancedMap, 6)
    expect(metrics.identityBalancedMap).toBeGreaterThan(0.5)
  })

  test('is exported as a folder that opens', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const out = join(folder, 'exported')
    const args = ['export', '--model', join(folder, 'head'), '--out', out, '--name', 'mine']
    expect(await runProgram(args, [exportCommand])).toBe(0)
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
    expect(await runProgram([...args, '--overwrite', '--precision', 'int8'], [exportCommand])).toBe(2)
    expect(stderr.mock.calls.join()).toContain('--precision int8: ')
    stderr.mockRestore()
    log.mockRestore()
    expect(readdirSync(out).sort()).toEqual(['model.json', 'model.onnx'])
    const embedder = await openModel(out, { threads: 1 })
    expect([embedder.name, embedder.size, embedder.run]).toEqual(['mine', 16, undefined])
    await embedder.release()
  })

  test('has no other checkpoint', async () => {
    const message = await rejection(openModel(join(folder, 'head'), { checkpoint: 'last' }))
    expect(message).toContain('`checkpoint: "last"`')
  })
})

describe('refused is', () => {
  test.each<[string, Partial<TrainCallOptions>, string]>([
    [
      'training it',
      { backbone: onnx },
      'is an ONNX file, which cannot be trained\nhint: `freeze: "all"` trains a head',
    ],
    ['freezing a part', { backbone: onnx, freeze: 1 }, 'a number of layers is for networks of `backboneNames`'],
    ['a file that is not there', { ...begin, backbone: 'none.onnx' }, 'model.backbone: none.onnx does not exist'],
    ['another preparation', { ...begin, set: ['image.widthPx=64'] }, 'image: the description of'],
    ['a pooling', { ...begin, set: ['model.pool=token'] }, 'model.pool: without effect on a head'],
    ['an erasing', { ...begin, set: ['augment.erasing=false'] }, 'augment.erasing: without effect'],
    ['other weights', { ...begin, set: ['weights=w.safetensors'] }, 'brings its own'],
    [
      'a description of nothing',
      { backbone: 'convnext_atto', modelConfig: 'x.json' },
      '`modelConfig` describes an .onnx file',
    ],
  ])('%s', async (_, options, message) => {
    expect(await rejection(run('never', options))).toContain(message)
  })

  test('a network without a description', async () => {
    const bare = join(folder, 'bare')
    mkdirSync(bare)
    writeFileSync(join(bare, 'x.onnx'), readFileSync(onnx))
    const message = await rejection(run('never', { ...begin, backbone: join(bare, 'x.onnx') }))
    expect(message).toContain('no description of its preprocessing')
    const described = { ...begin, backbone: join(bare, 'x.onnx'), modelConfig: join(folder, 'somebodys.model.json') }
    const { outcome } = await run('described', { ...described, set: [...begin.set, 'epochs=1', 'validation=none'] })
    expect(outcome.finished).toBe(true)
  })
})
