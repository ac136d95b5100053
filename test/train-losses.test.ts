import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { checkpointPath, readCheckpoint, readLog, resolveConfig } from '../src/run/index.ts'
import { type TrainCallOptions, type TrainOptions, train } from '../src/train/index.ts'
import { prepareJob } from '../src/train/job.ts'
import { planOf } from '../src/train/plan.ts'
import { stripedDataset } from './striped-dataset.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-train-losses-'))
vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
/** Twelve photos of four individuals train; of each in a batch there are two photos. */
const set = [
  'model.backbone=convnext_zepto_rms',
  'model.embeddingSize=8',
  ...['image.widthPx=32', 'image.heightPx=32', 'epochs=2', 'validateEvery=1', 'batchSize=8', 'chunk=8'],
  ...['sampler.kind=pxk', 'sampler.photosPerIdentity=2'],
]
let data = ''

beforeAll(async () => {
  data = await stripedDataset({ identities: 4, photos: 5 })
})
afterAll(() => {
  vi.unstubAllEnvs()
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
})

async function trained(name: string, options: Partial<TrainCallOptions>, stopAfter?: number): Promise<string[]> {
  const told: string[] = []
  const stop = new AbortController()
  const onEvent: TrainCallOptions['onEvent'] = (event) => {
    if (event.kind === 'warning') told.push(event.text)
    if (event.kind === 'step' && event.step === stopAfter) stop.abort()
  }
  const shared = { data, out: join(folder, name), inThread: true, threads: 1, signal: stop.signal, onEvent }
  await train({ ...shared, ...(options.resume === true ? {} : { preset: 'atto', set }), ...options })
  return told
}

const last = (name: string) => checkpointPath(join(folder, name), 'last')

test('a memory bank and a curriculum, interrupted in an epoch: both go on where they were, to the bit', async () => {
  const settings = [
    ...set,
    'batchSize=4',
    'pairLoss.kind=supervised-contrastive',
    'memoryBank=12',
    'sampler.curriculum=0.5',
  ]
  await trained('whole', { set: settings })
  const { tensors, position } = readCheckpoint(last('whole'))
  expect(tensors.get('head.bank.labels')!.data).toHaveLength(12)
  expect(tensors.get('head.bank.labels')!.data).not.toContain(-1)
  const { difficulty } = JSON.parse(position!) as { difficulty: { hardness: number[] } }
  expect(difficulty.hardness).toHaveLength(4)
  const measured = readLog(join(folder, 'whole', 'log.jsonl')).filter((entry) => entry.kind === 'validation')
  expect(measured.map((entry) => entry.hardest?.length)).toEqual([undefined, 4, 4])
  await trained('stopped', { set: settings }, 4)
  const early = readCheckpoint(last('stopped'))
  expect(JSON.parse(early.position!)).toMatchObject({ step: 4, difficulty: { hardness: expect.any(Array) } })
  await trained('stopped', { resume: true })
  expect(readFileSync(last('stopped')).equals(readFileSync(last('whole')))).toBe(true)
})

test('a pair loss alone trains a network without a weight for each individual', () => {
  const config = resolveConfig('atto', [...set, 'loss.kind=triplet'])
  const names = planOf({ config, classes: ['a', 'b', 'c', 'd'] }).params.map(({ name }) => name)
  expect(names).toContain('neck.weight')
  expect(names).not.toContain('head.weight')
})

test('what will teach little is said before the first step, with what is better', async () => {
  const told: string[] = []
  const onProgress: TrainOptions['onProgress'] = (event) => {
    if (event.kind === 'warning') told.push(event.text)
  }
  const settings = [...set, 'sampler.kind=shuffled', 'pairLoss.kind=circle']
  await prepareJob({ data, out: join(folder, 'doubtful'), preset: 'atto', set: settings, onProgress })
  expect(told).toContain(
    '13 photos teach a network from random weights next to nothing. Better: pretrained weights (`backbone: "convnext_small.fb_in1k"`; docs/weights.md tells how to bring them along without internet), or a network that you have as an ONNX file, without training: `openModel("resnet50-imagenet.onnx", { modelConfig: "presets/resnet50-imagenet.model.json" })`, or with another network and its own description (docs/models.md)',
  )
  expect(told).toContain(
    "the loss 'circle' learns from photos of one individual in a batch, which the sampler 'shuffled' brings together by chance alone: `set: [\"sampler.kind=pxk\"]`",
  )
})

test.each([
  [
    ['pairLoss.kind=triplet', 'sampler.photosPerIdentity=8'],
    'all 8 photos of a batch show one individual',
    'sampler.photosPerIdentity=4',
  ],
  [
    ['loss.kind=circle', 'sampler.photosPerIdentity=1', 'batchSize=4'],
    'no two photos of a batch show one individual',
    'sampler.photosPerIdentity=2',
  ],
  [
    ['pairLoss.kind=triplet', 'memoryBank=64'],
    'a memory bank of 64 embeddings is larger than the 13 photos that train',
    'memoryBank=8',
  ],
  [['sampler.curriculum=0.5', 'validateEvery=2'], 'the first one comes after the last epoch', 'validateEvery=1'],
  [
    ['sampler.curriculum=0.5', 'sampler.kind=shuffled', 'validation=identity', 'validationFraction=0.5'],
    'none of the individuals that train is among those that validate',
    '',
  ],
])('%j: what can teach nothing is said, with the cure', async (changed, why, cure) => {
  const told: string[] = []
  const onProgress: TrainOptions['onProgress'] = (event) => {
    if (event.kind === 'warning') told.push(event.text)
  }
  const out = join(folder, `idle-${changed.join('-')}`)
  await prepareJob({ data, out, preset: 'atto', set: [...set, ...changed], onProgress })
  const warning = told.find((text) => text.includes(why))
  expect(warning).toContain(cure)
  expect(told).toHaveLength(2) // and few photos
})

test('a curriculum with nobody to follow names nobody as hard', async () => {
  const settings = [...set, 'sampler.curriculum=0.5', 'validation=identity', 'validationFraction=0.5']
  await trained('nobody', { set: [...settings, 'sampler.kind=shuffled'] })
  const measured = readLog(join(folder, 'nobody', 'log.jsonl')).filter((entry) => entry.kind === 'validation')
  expect(measured.map((entry) => entry.hardest)).toEqual([undefined, undefined, undefined])
})
