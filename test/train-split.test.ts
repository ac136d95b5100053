import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type TrainCallOptions, train } from '../src/train/index.ts'
import { rejection } from './dataset-fixture.ts'
import { stripedDataset } from './striped-dataset.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-train-split-'))
vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
const set = [
  'model.backbone=convnext_micro',
  'model.embeddingSize=null',
  'image.widthPx=32',
  'image.heightPx=32',
  'epochs=2',
  'batchSize=4',
  'chunk=4',
]
let data = ''
beforeAll(async () => {
  data = await stripedDataset({ identities: 3, photos: 4 })
})
afterAll(() => {
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
})

const run = (options: Partial<TrainCallOptions>, stopAfter?: number) => {
  const stop = new AbortController()
  const onEvent: TrainCallOptions['onEvent'] = (event) => {
    if (event.kind === 'step' && event.step === stopAfter) stop.abort()
  }
  return train({ data, out: '', inThread: true, threads: 1, signal: stop.signal, onEvent, ...options })
}
const splitOf = (out: string) => {
  const { train, validation } = JSON.parse(readFileSync(join(out, 'split.json'), 'utf8')) as Record<string, string[]>
  return { train, validation }
}
const names = (who: string, ...photos: readonly number[]) => photos.map((i) => `${who}/${who}-${i}.png`)

test('a split that the caller gives is the run’s, also when it is resumed; photos on no side are left out', async () => {
  const out = join(folder, 'given')
  const split = {
    train: [...names('ana', 0, 1), ...names('bia', 0, 1)],
    validation: [...names('bia', 2, 3), ...names('caua', 0, 3)],
  }
  const stopped = await run({ out, preset: 'atto', set, split }, 1)
  expect(stopped.finished).toBe(false)
  expect(splitOf(out)).toEqual(split)
  expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toMatchObject({ validation: 'given' })
  const { finished, totalSteps } = await run({ out, resume: true })
  expect([finished, totalSteps]).toEqual([true, 2])
  expect(splitOf(out)).toEqual(split)
  expect(JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8'))).toMatchObject({ photos: 4, trainedIdentities: 2 })
})

test('photos that are not there, and a split that nobody gave, are refused', async () => {
  const out = join(folder, 'refused')
  const split = { train: names('ana', 0, 9), validation: names('bia', 0) }
  expect(await rejection(run({ out, preset: 'atto', set, split }))).toContain(
    'split: 1 of its photos is not in the data: ana/ana-9.png',
  )
  expect(await rejection(run({ out, preset: 'atto', set: [...set, 'validation=given'] }))).toContain(
    'validation=given: no split was given',
  )
})
