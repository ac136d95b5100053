import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, greyPng, rejection } from '../../test/dataset-fixture.ts'
import { tinyRun } from '../../test/model-fixture.ts'
import { openDataset } from '../data/index.ts'
import { openModel } from '../embedder/index.ts'
import { makeReport } from './report.ts'

test('photos with which nothing can be scored are told before any is embedded', async () => {
  const photo = await greyPng(200)
  const folder = folderWith({ 'A/1.png': photo, 'B/2.png': await greyPng(90), 'C/3.png': await greyPng(30) })
  const embedder = await openModel(tinyRun(), { threads: 1 })
  const unused = { ...embedder, embed: () => Promise.reject(new Error('embedded a photo')) }
  const selection = { manifest: openDataset(folder), split: 'all', reason: '' } as const
  const out = join(folder, 'report')
  const error = await rejection(makeReport(unused, selection, { out, projections: ['pca'] }))
  await embedder.release()
  expect(error).toContain('evaluate: none of 3 queries has a photo of its individual to find')
  expect(existsSync(out)).toBe(false)
})
