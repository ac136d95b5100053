import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { decodeSafetensors, type Tensor } from '../src/tensor/index.ts'
import { train } from '../src/train/index.ts'
import { rejection } from './dataset-fixture.ts'
import { relativeError } from './golden.ts'
import { stripedDataset } from './striped-dataset.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-freeze-'))
vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
vi.stubEnv('HF_HUB_CACHE', join(folder, 'no-weights'))
let data = ''
beforeAll(async () => {
  data = await stripedDataset()
})
afterAll(() => {
  vi.unstubAllEnvs()
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
})

/** Four steps an epoch. The whole backbone is frozen in the first, its first three layers in the second. */
const settings = [
  ...['model.embeddingSize=null', 'weights=null', 'image.widthPx=32', 'image.heightPx=32', 'chunk=8', 'batchSize=8'],
  ...['epochs=3', 'validation=none', 'schedule.unfreeze=[[1,3],[2,0]]', 'schedule.warmupEpochs=0', 'emaDecay=0.9'],
]

async function run(name: string, stopAfter: number | undefined, more: { resume?: boolean } = {}) {
  const stop = new AbortController()
  const start = more.resume
    ? {}
    : ({ preset: 'atto', backbone: 'convnext_zepto_rms', freeze: 'all', set: settings } as const)
  await train({
    ...{ data, out: join(folder, name), inThread: true, threads: 1, signal: stop.signal, ...start, ...more },
    onEvent: (event) => {
      if (event.kind === 'step' && event.step === stopAfter) stop.abort()
    },
  })
  const path = join(folder, name, 'checkpoints', 'last.safetensors')
  return { tensors: decodeSafetensors(readFileSync(path), path).tensors }
}

const changed = (before: ReadonlyMap<string, Tensor>, after: ReadonlyMap<string, Tensor>) =>
  [...after.keys()].filter((name) => !name.includes('/') && relativeError(after.get(name)!, before.get(name)!) > 0)
const first = /^backbone\.(stem|stages\.0)\./

test('stages release what is frozen; a run interrupted in one goes on to the same bits', async () => {
  const { tensors: whole } = await run('whole', undefined)
  const { tensors: afterFour } = await run('parts', 4)
  const { tensors: afterFive } = await run('parts', 5, { resume: true })
  const { tensors: afterEight } = await run('parts', 8, { resume: true })
  const { tensors: resumed } = await run('parts', undefined, { resume: true })

  expect(changed(afterFour, afterFive).some((name) => name.startsWith('backbone.stages.3.'))).toBe(true)
  expect(changed(afterFour, afterEight).filter((name) => first.test(name))).toEqual([])
  expect(changed(afterEight, resumed).filter((name) => first.test(name)).length).toBeGreaterThan(3)
  expect([...resumed.keys()].sort()).toEqual([...whole.keys()].sort())
  for (const [name, t] of whole) expect(relativeError(resumed.get(name)!, t), name).toBe(0)
})

test('the statistics of a name’s pixels go with it; others are refused', async () => {
  const set = [
    ...settings,
    'freeze=all',
    'model.backbone=convnext_zepto_rms',
    'weights=convnext_zepto_rms.ra4_e3600_r224_in1k',
  ]
  const message = await rejection(train({ data, out: join(folder, 'never'), set, inThread: true }))
  expect(message).toContain("model.pixels: expected 'half' as convnext_zepto_rms.ra4_e3600_r224_in1k was trained with")
  const config = JSON.parse(readFileSync(join(folder, 'whole', 'config.json'), 'utf8'))
  expect(config).toMatchObject({ model: { pixels: 'half' }, freeze: 'all' })
  const described = JSON.parse(readFileSync(join(folder, 'whole', 'model.json'), 'utf8'))
  expect(described.network).toMatchObject({ backbone: 'convnext_zepto_rms', pixels: 'half' })
})
