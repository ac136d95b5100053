import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, greyPng } from '../../test/dataset-fixture.ts'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { type Manifest, openDataset } from '../data/index.ts'
import { appendLog } from '../run/index.ts'
import { columnNotes, foldsNotBetter } from './fold-notes.ts'

async function listed(header: string, cells: readonly string[]): Promise<Manifest> {
  const names = cells.map((_, i) => `p${i}.png`)
  const rows = cells.map((cell, i) => `${names[i]},${i % 2 === 0 ? 'a' : 'b'},${cell}`)
  const photos = await Promise.all(names.map(async (name, i) => [name, await greyPng(i)] as const))
  const files = { 'photos.csv': `filename,identity,${header}\n${rows.join('\n')}\n`, ...Object.fromEntries(photos) }
  return openDataset(join(folderWith(files), 'photos.csv'), { requireIdentity: true })
}

test('what becomes of test photos, and of those that train or validate in the table, is said', async () => {
  const table = await listed('split', ['train', 'train', 'val', 'val', 'test', 'test', 'test', ''])
  expect(columnNotes(table, { kind: 'stratified' })).toEqual([
    "the table's column 'split': its 3 test photos are kept out of every fold, 1 photo on no side too; the folds divide its 4 photos to train and to validate on, whichever they are",
  ])
})

test('photos without a fold train in each, and a column that does not decide is told', async () => {
  const table = await listed('part_of,fold', ['x,1', 'x,1', 'x,2', 'x,2', 'x,'])
  expect(columnNotes(table, { kind: 'column' })).toEqual([
    "1 photo that names no fold trains in every fold, by the table's column 'fold'",
  ])
  expect(columnNotes(table, { kind: 'stratified' })).toEqual([
    "the table's column 'fold' is not used: `by: \"stratified\"` divides",
  ])
  expect(columnNotes(await listed('note', ['x', 'x', 'y', 'y']), { kind: 'stratified' })).toEqual([])
})

test('folds whose best epoch is no better than the start are told with both scores', () => {
  const out = temporaryFolder()
  const fold = (number: number, scores: readonly number[]) => {
    mkdirSync(join(out, `fold-${number}`))
    scores.forEach((identityBalancedMap, epoch) => {
      const entry = { kind: 'validation', step: epoch, epoch, rank1: 0, map: 0, identityBalancedMap } as const
      appendLog(join(out, `fold-${number}`, 'log.jsonl'), entry)
    })
  }
  fold(1, [0.5, 0.2, 0.4])
  fold(2, [0.3, 0.6, 0.1])
  const folds = (count: number) => Array.from({ length: count }, () => ({ hash: '', train: [], validation: [] }))
  expect(foldsNotBetter(out, { folds: folds(2) })).toEqual([
    'TRAINING DID NOT MAKE 1 OF 2 NETWORKS BETTER, by identity-balanced mAP on the photos of the fold: fold 1 (0.500 before training, 0.400 at its best epoch)',
  ])
  expect(foldsNotBetter(out, { folds: folds(1) })[0]).toContain('TRAINING DID NOT MAKE 1 OF 1 NETWORKS BETTER')
})
