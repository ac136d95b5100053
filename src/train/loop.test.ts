import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { relativeError } from '../../test/golden.ts'
import { stripedDataset } from '../../test/striped-dataset.ts'
import { readCheckpoint, readLog } from '../run/index.ts'
import { prepareJob } from './job.ts'
import { runTraining } from './loop.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-loop-'))
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const small = [
  ...['model.backbone=convnext_micro', 'weights=null', 'image.widthPx=32', 'image.heightPx=32', 'batchSize=2'],
  ...['chunk=2', 'validation=none'],
]
const silent = { emit: () => {}, shouldStop: () => false }

test('the log tells how much of a margin that grows was in force, and nothing of a loss without one', async () => {
  vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
  const data = await stripedDataset({ identities: 2, photos: 2 })
  const shares = async (...set: string[]) => {
    const out = join(folder, set[0]!)
    await runTraining(await prepareJob({ data, out, set: [...small, ...set], threads: 1 }), silent)
    return readLog(join(out, 'log.jsonl')).map((entry) => (entry.kind === 'step' ? entry.marginShare : entry.kind))
  }
  expect(await shares('loss.kind=arcface', 'schedule.marginWarmupEpochs=2', 'epochs=3')).toEqual([
    0, 0.25, 0.5, 0.75, 1, 1,
  ])
  expect(await shares('loss.kind=softmax', 'epochs=1')).toEqual([undefined, undefined])
  rmSync(data, { recursive: true, force: true })
})

test('a state that its own step made infinite is never saved, though the step’s loss was fine', async () => {
  vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
  const data = await stripedDataset({ identities: 2, photos: 2 })
  const set = [...small, 'schedule.warmupEpochs=0', 'optimiser.learningRate=1e39'] // infinite in float32
  const out = join(folder, 'run')
  const job = await prepareJob({ data, out, set, threads: 1 })
  const told: string[] = []
  const control = { emit: ({ kind }: { kind: string }) => void told.push(kind), shouldStop: () => true }
  const message = await rejection(runTraining(job, control))
  expect(told).toContain('step')
  expect(message).toMatch(
    /^InputError: training stopped at step 1: '.+' has become NaN or infinite\nhint: the learning/,
  )
  expect(existsSync(join(out, 'checkpoints', 'last.safetensors'))).toBe(false)
  rmSync(data, { recursive: true, force: true })
})

test('a run whose epochs were lowered below those that it has says how many they are', async () => {
  vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
  const data = await stripedDataset({ identities: 2, photos: 2 }) // 2 steps an epoch
  const out = join(folder, 'lowered')
  let left = 3
  const control = {
    emit: ({ kind }: { kind: string }) => void (kind === 'step' && left--),
    shouldStop: () => left <= 0,
  }
  await runTraining(await prepareJob({ data, out, set: [...small, 'epochs=5'], threads: 1 }), control)
  const config = join(out, 'config.json')
  const written = readFileSync(config, 'utf8')
  const resumed = async (epochs: number) => {
    writeFileSync(config, written.replace('"epochs": 5', `"epochs": ${epochs}`))
    return runTraining(await prepareJob({ data, out, resume: true, threads: 1 }), silent)
  }
  expect(await rejection(resumed(1))).toBe(
    `InputError: ${config}: the run has 1 epoch and part of the next (3 steps) behind it, expected epochs of 2 or more, got 1\n` +
      'hint: epochs of 2 in that file end the run with that epoch, and write its model; more go on with it',
  )
  expect(await resumed(2)).toEqual({ finished: true, step: 4, totalSteps: 4 })
  expect(await rejection(resumed(1))).toContain('the run has 2 epochs behind it, expected epochs of 2 or more, got 1')
  rmSync(data, { recursive: true, force: true })
})

test('a run that goes on behind its end with more epochs ends with their weights, and has no scores meanwhile', async () => {
  vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
  const data = await stripedDataset({ identities: 2, photos: 2 }) // 2 steps an epoch
  const out = join(folder, 'longer')
  const [config, metrics, best] = ['config.json', 'metrics.json', 'checkpoints/best.safetensors'].map((name) =>
    join(out, name),
  ) as [string, string, string]
  const resume = () => prepareJob({ data, out, resume: true, threads: 1 })
  const told = () => JSON.parse(readFileSync(metrics, 'utf8')) as { step: number }
  await runTraining(await prepareJob({ data, out, set: [...small, 'epochs=1'], threads: 1 }), silent)
  expect(told().step).toBe(2)
  const before = readCheckpoint(best).tensors.get('neck.weight')!.data
  writeFileSync(config, readFileSync(config, 'utf8').replace('"epochs": 1', '"epochs": 3'))
  const stopped = await runTraining(await resume(), { ...silent, shouldStop: () => true })
  expect(stopped).toEqual({ finished: false, step: 3, totalSteps: 6 })
  expect(existsSync(metrics)).toBe(false)
  await runTraining(await resume(), silent)
  expect(told().step).toBe(6)
  expect(readCheckpoint(best).tensors.get('neck.weight')!.data).not.toEqual(before)
  rmSync(data, { recursive: true, force: true })
})

test('a run in float16 goes on in float32, and back: its scale, its skipped steps and its weights go with it', async () => {
  vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
  const data = await stripedDataset({ identities: 2, photos: 2 })
  const out = join(folder, 'mixed')
  const set = [...small, 'model.backbone=vit_mini_patch8', 'model.embeddingSize=8', 'epochs=5', 'precision=fp16']
  /** The steps of the log, after so many more of them in some precision. */
  const steps = async (count: number, precision?: string) => {
    const config = join(out, 'config.json')
    if (precision !== undefined)
      writeFileSync(
        config,
        readFileSync(config, 'utf8').replace(/"precision": "[a-z0-9]+"/, `"precision": "${precision}"`),
      )
    let left = count
    const control = {
      emit: ({ kind }: { kind: string }) => void (kind === 'step' && left--),
      shouldStop: () => left <= 0,
    }
    const given = precision === undefined ? { set } : { resume: true }
    await runTraining(await prepareJob({ data, out, threads: 1, ...given }), control)
    return readLog(join(out, 'log.jsonl')).filter((entry) => entry.kind === 'step')
  }
  const last = () => readCheckpoint(join(out, 'checkpoints', 'last.safetensors'))
  const scaleOf = ({ tensors }: ReturnType<typeof last>) => tensors.get('scaler/scale')?.data[0]
  const first = await steps(4)
  const skipped = first.filter((step) => step.skipped)
  expect(skipped.length).toBeGreaterThan(0)
  expect(skipped.length).toBeLessThan(4)
  expect(skipped.every(({ gradientNorm }) => gradientNorm === null)).toBe(true)
  expect(first.map(({ lossScale }) => lossScale)[0]).toBe(65536)
  expect(scaleOf(last())).toBe(65536 / 2 ** skipped.length)
  expect(JSON.parse(last().position!).skipped).toEqual(skipped.map(({ step }) => step - 1))
  const weight = () => last().tensors.get('backbone.blocks.0.mlp.fc1.weight')!
  const before = weight()
  const second = await steps(2, 'fp32')
  expect(second.slice(4).map(({ lossScale }) => lossScale)).toEqual([undefined, undefined])
  expect([scaleOf(last()), JSON.parse(last().position!).skipped.length]).toEqual([undefined, skipped.length])
  expect(relativeError(weight(), before)).toBeLessThan(0.1)
  expect(relativeError(weight(), before)).toBeGreaterThan(0)
  expect((await steps(1, 'fp16'))[6]).toMatchObject({ step: 7, lossScale: 65536 })
  rmSync(data, { recursive: true, force: true })
})

test.each([
  ['fp16', 'vit_mini_patch8'],
  ['fp32', 'convnext_micro'],
])(
  '%s steps that run together in one loop are those of a run step by step, to the bit',
  async (precision, backbone) => {
    vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
    const data = await stripedDataset({ identities: 2, photos: 7 })
    const network = [`model.backbone=${backbone}`, 'model.embeddingSize=8']
    const set = [...small, ...network, 'epochs=1', `precision=${precision}`]
    const logged = async (together: number) => {
      const out = join(folder, `${precision}-${together}`)
      await runTraining(await prepareJob({ data, out, set, threads: 1 }), silent, { together })
      const state = readCheckpoint(join(out, 'checkpoints', 'last.safetensors')).tensors
      const steps = readLog(join(out, 'log.jsonl')).flatMap((entry) => (entry.kind === 'step' ? [entry] : []))
      return { steps: steps.map(({ elapsedMs: _, ...told }) => told), state }
    }
    const [one, three] = [await logged(1), await logged(3)]
    expect(one.steps).toHaveLength(7)
    // what was skipped ends a loop, as the next step's numbers depend on it
    expect(one.steps.some(({ skipped }) => skipped === true)).toBe(precision === 'fp16')
    expect(three.steps).toEqual(one.steps)
    for (const [name, tensor] of one.state) expect(three.state.get(name), name).toEqual(tensor)
    rmSync(data, { recursive: true, force: true })
  },
)
