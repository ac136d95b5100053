import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { mean } from '../src/base/index.ts'
import type { RunRecord, StepEntry } from '../src/run/index.ts'
import { appendLog, readLog } from '../src/run/index.ts'
import { decodeSafetensors } from '../src/tensor/index.ts'
import type { Outcome, PrepareEvent, TrainCallOptions, TrainEvent } from '../src/train/index.ts'
import { train } from '../src/train/index.ts'
import { prepareJob } from '../src/train/job.ts'
import { runTraining } from '../src/train/loop.ts'
import { rejection } from './dataset-fixture.ts'
import { stripedDataset } from './striped-dataset.ts'
import { trainingTolerance } from './tolerances.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-train-'))
vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
vi.stubEnv('HF_HUB_CACHE', join(folder, 'no-weights'))

/** Everything that decides the numbers, said here: no preset's change moves them. 24 photos train: three steps an epoch. */
const settings = [
  ...['validation=stratified', 'model.backbone=convnext_micro'],
  'model.pool=gem',
  'model.embeddingSize=null',
  'model.neckBias=false',
  'model.dropPath=0.1',
  'model.dropout=0',
  'model.layerScaleInit=0.1',
  'weights=null',
  'image.widthPx=32',
  'image.heightPx=64',
  'loss={"kind":"arcface","marginRad":0.3,"scale":16}',
  'labelSmoothing=0.05',
  'epochs=5',
  'batchSize=8',
  'chunk=4',
  'augment.affine.degrees=5',
  'augment.erasing.probability=0.1',
  'validateEvery=2',
  'optimiser={"learningRate":0.001,"weightDecay":0.05,"beta1":0.9,"beta2":0.999,"eps":1e-8}',
  'rates={"head":1,"backbone":1,"layerDecay":0.9}',
  'schedule={"warmupEpochs":1,"finalFraction":0.01,"marginWarmupEpochs":0.5}',
  'clipNorm=1',
  'emaDecay=0.8',
]

interface Told {
  readonly outcome: Outcome
  readonly events: readonly (TrainEvent | PrepareEvent)[]
}

async function run(options: Omit<TrainCallOptions, 'inThread' | 'onEvent'>, stopAfter?: number): Promise<Told> {
  const events: (TrainEvent | PrepareEvent)[] = []
  const stop = new AbortController()
  const outcome = await train({
    ...options,
    inThread: true,
    threads: 2,
    signal: stop.signal,
    onEvent: (event) => {
      events.push(event)
      if (event.kind === 'step' && event.step === stopAfter) stop.abort()
    },
  })
  return { outcome, events }
}

const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'))
const bytes = (out: string, name: string) => readFileSync(join(out, name))
const steps = (out: string) =>
  readLog(join(out, 'log.jsonl')).filter((entry): entry is StepEntry => entry.kind === 'step')
/** The log without its times. */
const story = (out: string) => readLog(join(out, 'log.jsonl')).map((entry) => ({ ...entry, elapsedMs: 0 }))
const checkpoint = (out: string, which: string) =>
  decodeSafetensors(bytes(out, join('checkpoints', `${which}.safetensors`)), which)

/** The last four losses are on average well below the first four. */
function expectFalling(out: string): void {
  const losses = steps(out).map(({ loss }) => loss)
  expect(mean(losses.slice(-4))).toBeLessThan(0.75 * mean(losses.slice(0, 4)))
}

let data = ''
let whole: Told
const out = join(folder, 'whole')

beforeAll(async () => {
  data = await stripedDataset()
  whole = await run({ data, out, set: settings, seed: 5 })
})
afterAll(() => {
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
})

describe('a run', () => {
  test('learns, and tells each step', () => {
    expect(whole.outcome).toEqual({ finished: true, step: 15, totalSteps: 15 })
    expectFalling(out)
    const told = whole.events.filter(({ kind }) => kind === 'step')
    expect(told.map((event) => 'loss' in event && event.loss)).toEqual(steps(out).map(({ loss }) => loss))
    const start = whole.events.find((event) => event.kind === 'start')
    expect(start).toMatchObject({ firstStep: 0, totalSteps: 15, stepsPerEpoch: 3, batchSize: 8 })
    expect(whole.events.at(-1)).toEqual({ kind: 'export' })
  })

  // Made by this test on x64 Linux with AVX-512, two threads, onnxruntime-node 1.30.0: print steps(out) to make them again.
  // Resizing, sampling, augmentation, network, loss and optimiser are all in them.
  test('has the ten expected losses', () => {
    const expected = [
      1.9776451587677002, 5.040474891662598, 4.7785964012146, 3.3994312286376953, 1.4000165462493896,
      0.9931212663650513, 1.816384196281433, 1.120253562927246, 3.7459940910339355, 4.410702228546143,
    ]
    const losses = steps(out).map(({ loss }) => loss)
    expected.forEach((loss, i) => {
      expect(Math.abs(losses[i]! / loss - 1), `step ${i + 1}: ${losses[i]}`).toBeLessThan(trainingTolerance.rtol)
    })
  })

  test('leaves a folder that tells its story', () => {
    expect(readdirSync(out).sort()).toEqual([
      'checkpoints',
      'config.json',
      'log.jsonl',
      'metrics.json',
      'model.json',
      'model.onnx',
      'run.json',
      'split.json',
    ])
    expect(readdirSync(join(out, 'checkpoints')).sort()).toEqual(['best.safetensors', 'last.safetensors'])
    expect(json(out, 'config.json')).toMatchObject({
      epochs: 5,
      emaDecay: 0.8,
      loss: { kind: 'arcface', marginRad: 0.3 },
    })
    const split = json(out, 'split.json') as { train: string[]; validation: string[] }
    expect([split.train.length, split.validation.length]).toEqual([24, 8])
    expect(new Set([...split.train, ...split.validation]).size).toBe(32)
    for (const name of ['ana', 'bia', 'caua', 'davi'])
      expect(split.validation.filter((file) => file.startsWith(`${name}/`)).length).toBe(2)
    const record = json(out, 'run.json') as RunRecord
    expect(record).toMatchObject({
      seed: 5,
      data,
      identities: ['ana', 'bia', 'caua', 'davi'],
      photos: { train: 24, validation: 8, skipped: 0 },
      environment: { node: process.version, threads: 2 },
    })
    for (const hash of [record.dataHash, record.splitHash]) expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(Date.now() - Date.parse(record.started)).toBeLessThan(600_000)
    expect(record.rosette).toBe(json('package.json').version)
  })

  test('has a log of its steps and validations, with the schedule’s rates', () => {
    const log = readLog(join(out, 'log.jsonl'))
    expect(log.map(({ kind, step, epoch }) => `${kind} ${step} of ${epoch}`)).toEqual([
      'validation 0 of 0',
      ...[1, 2, 3].map((step) => `step ${step} of 1`),
      ...[4, 5, 6].map((step) => `step ${step} of 2`),
      'validation 6 of 2',
      ...[7, 8, 9].map((step) => `step ${step} of 3`),
      ...[10, 11, 12].map((step) => `step ${step} of 4`),
      'validation 12 of 4',
      ...[13, 14, 15].map((step) => `step ${step} of 5`),
      'validation 15 of 5',
    ])
    const rates = steps(out).map(({ learningRate }) => learningRate)
    expect(rates.slice(0, 3).map((rate) => rate.toFixed(9))).toEqual(['0.000333333', '0.000666667', '0.001000000'])
    expect(rates[14]).toBeCloseTo(1e-5, 12)
  })

  test('scores the model that it writes', () => {
    const metrics = json(out, 'metrics.json')
    const validations = readLog(join(out, 'log.jsonl')).filter((entry) => entry.kind === 'validation')
    expect(validations[0]).toMatchObject({ step: 0, epoch: 0 }) // before training
    const best = Math.max(...validations.slice(1).map(({ identityBalancedMap }) => identityBalancedMap))
    expect(metrics).toMatchObject({ split: 'validation', photos: 8, queries: 8, skipped: 0, identities: 4 })
    expect(metrics).toMatchObject({ identityBalancedMap: best, trainedIdentities: 4 })
    expect(metrics.step).toBe(
      validations.slice(1).find(({ identityBalancedMap }) => identityBalancedMap === best)!.step,
    )
    for (const name of ['rank1', 'rank5', 'map']) expect(metrics[name]).toBeGreaterThan(0.5)
  })

  test('keeps the averaged weights as its best, without what only training needs', () => {
    const [best, last] = [checkpoint(out, 'best'), checkpoint(out, 'last')]
    const names = [...best.tensors.keys()]
    expect(names.filter((name) => name.includes('/'))).toEqual([])
    const trained = [...last.tensors.keys()].filter((name) => !name.includes('/'))
    expect(names.sort()).toEqual(trained.sort())
    expect(last.tensors.size).toBe(4 * (trained.length - 2) + 2) // parameter, m, v, ema; the two statistics
  })
})

describe('a run asked to stop where it would measure', () => {
  /** Stops when it has asked so often whether it should, after step 6, an epoch's end that is measured. */
  async function stoppedMeasuring(name: string, asked: number): Promise<string> {
    const out = join(folder, name)
    const job = await prepareJob({ data, out, set: settings, seed: 5, threads: 2 })
    let [step, count] = [0, 0]
    const emit = (event: TrainEvent) => {
      if (event.kind === 'step') step = event.step
    }
    const shouldStop = () => step === 6 && ++count >= asked
    expect(await runTraining(job, { emit, shouldStop })).toMatchObject({ finished: false, step: 6 })
    return out
  }

  test.each([
    ['before it measures', 1],
    ['while it measures', 2],
  ])('ends %s, and measures when it goes on: to the same bits', async (name, asked) => {
    const out = await stoppedMeasuring(name, asked)
    expect(story(out).at(-1)).toMatchObject({ kind: 'step', step: 6 })
    expect(existsSync(join(out, 'checkpoints', 'best.safetensors'))).toBe(false)
    // a kill after it was measured, and before that was saved
    const measured = story(join(folder, 'whole')).find(({ kind, step }) => kind === 'validation' && step === 6)
    appendLog(join(out, 'log.jsonl'), measured!)
    expect((await run({ data, out, resume: true })).outcome).toMatchObject({ finished: true, step: 15 })
    expect(story(out)).toEqual(story(join(folder, 'whole')))
    for (const file of ['checkpoints/last.safetensors', 'checkpoints/best.safetensors', 'model.onnx', 'metrics.json'])
      expect(bytes(out, file).equals(bytes(join(folder, 'whole'), file)), file).toBe(true)
  })

  test('before the first step it has nothing to save, and begins anew', async () => {
    const out = join(folder, 'asked-at-once')
    const job = await prepareJob({ data, out, set: settings, seed: 5, threads: 2 })
    const outcome = await runTraining(job, { emit: () => {}, shouldStop: () => true })
    expect(outcome).toMatchObject({ finished: false, step: 0 })
    expect(readdirSync(join(out, 'checkpoints'))).toEqual([])
  })
})

/** The same settings, stopped after a step. */
async function stopped(name: string, after: number, set: readonly string[] = settings): Promise<string> {
  const out = join(folder, name)
  const { outcome } = await run({ data, out, set, seed: 5 }, after)
  expect(outcome).toMatchObject({ finished: false, step: after })
  return out
}

describe('a run that was stopped', () => {
  let half = ''
  beforeAll(async () => {
    half = await stopped('half', 7) // in the middle of the third epoch, after a validation
  })

  test('has saved its state, and no model yet', () => {
    expect(existsSync(join(half, 'model.onnx'))).toBe(false)
    expect(JSON.parse(checkpoint(half, 'last').metadata.position!)).toMatchObject({ step: 7, best: { step: 6 } })
    expect(story(half)).toEqual(story(out).slice(0, 9))
  })

  test('is not begun anew unasked, nor resumed with another config', async () => {
    const again = { data, out: half, set: settings, seed: 5 }
    expect(await rejection(run(again))).toContain(`${half} is a run that has not finished\nhint: go on with it`)
    const decided = [
      [{ set: ['chunk=2', 'epochs=9'], config: { chunk: 2 } }, '`set` epochs\nhint: precision, recompute, chunk'],
      [{ seed: 6 }, '`seed`'],
      [{ preset: 'atto', freeze: 0 }, '`preset`, `freeze`'],
    ] as const
    for (const [given, named] of decided)
      expect(await rejection(run({ data, out: half, resume: true, ...given }))).toContain(
        `InputError: \`resume\` goes on with the run’s own config and seed; leave out ${named}`,
      )
    expect(await rejection(run({ data, out: join(folder, 'absent'), resume: true }))).toContain(
      'is no run that was begun (run.json is missing)',
    )
  })

  test('is not resumed with other photos', async () => {
    const other = join(folder, 'other-photos')
    cpSync(data, other, { recursive: true })
    cpSync(join(other, 'ana', 'ana-0.png'), join(other, 'ana', 'ana-1.png'))
    expect(await rejection(run({ data: other, out: half, resume: true }))).toContain(
      `\`resume\`: the photos are not those that ${half} was begun with`,
    )
  })

  test('goes on to the same bits as the one that was not, whatever a crash left in its log', async () => {
    const log = join(half, 'log.jsonl')
    const lines = readFileSync(log, 'utf8')
    // two steps that the checkpoint has not, the second of them cut
    writeFileSync(log, `${lines}${lines.split('\n')[8]!.replace('"step":7', '"step":8')}\n{"kind":"step","st`)
    const { outcome, events } = await run({ data, out: half, resume: true })
    expect(outcome).toEqual({ finished: true, step: 15, totalSteps: 15 })
    expect(events.find(({ kind }) => kind === 'start')).toMatchObject({ firstStep: 7 })
    expect(story(half)).toEqual(story(out))
    for (const name of ['checkpoints/last.safetensors', 'checkpoints/best.safetensors', 'model.onnx', 'metrics.json'])
      expect(bytes(half, name).equals(bytes(out, name)), name).toBe(true)
  })

  test('and once at its end, is written out again alike', async () => {
    for (const name of ['model.onnx', 'metrics.json']) rmSync(join(half, name))
    const { outcome } = await run({ data, out: half, resume: true })
    expect(outcome).toEqual({ finished: true, step: 15, totalSteps: 15 })
    for (const name of ['model.onnx', 'metrics.json', 'checkpoints/last.safetensors'])
      expect(bytes(half, name).equals(bytes(out, name)), name).toBe(true)
  })
})

describe('--overwrite', () => {
  test.each([
    ['notes.txt', 'mine'],
    ['config.json', '{"hidden_size": 768}'],
    ['run.json', '{"name": "not yours"}'],
  ])('refuses a folder that is no run: %s', async (name, content) => {
    const foreign = mkdtempSync(join(folder, 'foreign-'))
    writeFileSync(join(foreign, name), content)
    expect(await rejection(run({ data, out: foreign, overwrite: true }))).toContain('is no run folder of rosette')
    expect(readFileSync(join(foreign, name), 'utf8')).toBe(content)
  })

  test('replaces a run’s own files, and leaves what else lies there', async () => {
    const out = await stopped('again', 1)
    for (const name of ['mine', 'report']) mkdirSync(join(out, name))
    writeFileSync(join(out, 'model.onnx'), 'stale')
    await run({ data, out, set: [...settings, 'validation=none', 'epochs=1'], overwrite: true }, 1)
    expect(readdirSync(out).sort()).toEqual(
      ['checkpoints', 'config.json', 'log.jsonl', 'mine', 'model.json', 'run.json', 'split.json'].sort(),
    )
    expect(json(out, 'config.json')).toMatchObject({ epochs: 1, validation: 'none' })
    expect(steps(out).length).toBe(1)
  })
})

describe('other settings', () => {
  test('no validation, class-balanced batches and CosFace, from random numbers that were asked for', async () => {
    const out = join(folder, 'cosface')
    const set = ['validation=none', 'sampler.kind=class-balanced', 'loss.kind=cosface', 'emaDecay=null', 'epochs=3']
    const { outcome, events } = await run({ data, out, set: [...settings, ...set] })
    expect(outcome).toEqual({ finished: true, step: 12, totalSteps: 12 }) // all 32 photos train
    const warnings = events.flatMap((event) => (event.kind === 'warning' ? [event.text] : []))
    expect(warnings).toEqual([
      expect.stringMatching(/^32 photos teach a network from random weights next to nothing\. Better: /),
    ])
    expect(events.findIndex(({ kind }) => kind === 'warning')).toBeLessThan(
      events.findIndex(({ kind }) => kind === 'step'),
    )
    expect(json(out, 'metrics.json')).toMatchObject({
      ...{ split: 'none', photos: 0, step: 12, trainedIdentities: 4 },
      ...{ rank1: null, map: null, identityBalancedMap: null, queries: null },
    })
    expect(existsSync(join(out, 'model.onnx'))).toBe(true)
    const [best, last] = [checkpoint(out, 'best'), checkpoint(out, 'last')]
    const weight = ({ tensors }: typeof best) => Array.from(tensors.get('head.weight')!.data, Number)
    expect(weight(best)).toEqual(weight(last))
    expectFalling(out)
  })

  test('P×K batches, softmax, average pooling and a projection', async () => {
    const out = join(folder, 'pxk')
    const set = ['sampler.kind=pxk', 'sampler.photosPerIdentity=2', 'loss.kind=softmax', 'model.pool=average']
    await run({ data, out, set: [...settings, ...set, 'model.embeddingSize=16', 'epochs=4', 'clipNorm=null'] })
    expectFalling(out)
    expect(checkpoint(out, 'last').tensors.get('head.weight')!.shape).toEqual([4, 16])
    expect(json(out, 'model.json')).toMatchObject({ output: { size: 16, normalised: true } })
  })

  test('a learning rate far too large stops with an explanation, the last good checkpoint kept', async () => {
    const out = await stopped('exploding', 3)
    const good = bytes(out, 'checkpoints/last.safetensors')
    const config = json(out, 'config.json')
    writeFileSync(
      join(out, 'config.json'),
      JSON.stringify({ ...config, optimiser: { ...config.optimiser, learningRate: 1e9 } }),
    )
    const message = await rejection(run({ data, out, resume: true }))
    expect(message).toMatch(/^InputError: training stopped at step [56]: (the loss is|the loss grew|'.+' has become)/)
    expect(message).toContain(`${join(out, 'checkpoints', 'last.safetensors')} is the last good checkpoint`)
    expect(message).toMatch(
      /hint: the learning rate was \d\.\d+e\+8: try `set` optimiser\.learningRate with a third of it/,
    )
    expect(bytes(out, 'checkpoints/last.safetensors').equals(good)).toBe(true)
    expect(existsSync(join(out, 'model.onnx'))).toBe(false)
  })

  test('stopped while photos are decoded it throws the signal’s reason, before a folder is made', async () => {
    const out = join(folder, 'not-begun')
    const signal = AbortSignal.abort(new Error('enough'))
    expect(await rejection(train({ data, out, set: settings, inThread: true, signal }))).toBe('Error: enough')
    expect(existsSync(out)).toBe(false)
  })

  test('what cannot work is told before a folder is made', async () => {
    const out = join(folder, 'never')
    for (const [set, message] of [
      [['image.widthPx=100'], 'image.widthPx: expected a multiple of 32'],
      [['weights=/nowhere/w.safetensors'], 'weights: /nowhere/w.safetensors does not exist'],
      [
        ['model.backbone=convnext_smal'],
        'model.backbone: expected a name of `backboneNames` or an .onnx file (did you mean convnext_small?)',
      ],
      [['augment.affine.degrees=500'], 'augment.affine.degrees: expected 0 to 180, got 500'],
    ] as const)
      expect(await rejection(run({ data, out, set }))).toContain(message)
    expect(existsSync(out)).toBe(false)
  })
})
