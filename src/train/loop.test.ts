import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { stripedDataset } from '../../test/striped-dataset.ts'
import { readLog } from '../run/index.ts'
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
