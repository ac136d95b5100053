import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { stripedDataset } from '../../test/striped-dataset.ts'
import { type CrossValidateOptions, crossValidate } from './cross-validate.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-cv-'))
const out = join(folder, 'cv')
let data = ''

beforeAll(async () => {
  vi.stubEnv('HF_HUB_CACHE', join(folder, 'empty-hub'))
  data = await stripedDataset({ identities: 3, photos: 4 })
})
afterAll(() => {
  vi.unstubAllEnvs()
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
})

/** The message, and that no network was trained: nothing was written, so that the next try meets no folder that exists. */
async function refused(options: Partial<CrossValidateOptions>): Promise<string> {
  const told: string[] = []
  const message = await rejection(
    crossValidate({ data, out, folds: 2, offline: true, ...options, onEvent: ({ kind }) => void told.push(kind) }),
  )
  expect(told).not.toContain('fold')
  expect(existsSync(out)).toBe(false)
  return message
}

test('what no fold could be trained with is told before anything is written', async () => {
  expect(await refused({})).toMatch(/timm\/convnext_small\.fb_in1k: cannot be fetched .*: nothing was trained\nhint: /)
  expect(await refused({ set: ['weights=null', 'epoch=2'] })).toContain('did you mean epochs?')
  // The demo's preset sets nothing aside; folds do.
  const validates = await refused({ preset: 'demo', set: ['validateEvery=3', 'epoch=2'] })
  expect(validates).toContain('did you mean epochs?')
  expect(validates).not.toContain('validateEvery')
  expect(await refused({ backbone: join(folder, 'none.onnx'), freeze: 'all' })).toContain('none.onnx does not exist')
})

test('folds that could not be scored are told before a network is trained', async () => {
  const table = join(folder, 'photos.csv')
  const rows = ['ana', 'bia', 'caua'].flatMap((who) => [0, 1, 2, 3].map((i) => `${who}/${who}-${i}.png,${who},${who}`))
  writeFileSync(table, `filename,identity,encounter\n${rows.join('\n')}\n`)
  const given = { data: table, images: data, preset: 'atto' }
  expect(await refused(given)).toContain('no individual was seen at more than one encounter')
})
