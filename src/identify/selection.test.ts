import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tinyKaggle, tinyRun } from '../../test/model-fixture.ts'
import { datasetHash, type Manifest, openDataset, photoKey } from '../data/index.ts'
import { readRunData } from '../run/run-data.ts'
import { type SplitName, selectPhotos } from './selection.ts'

interface Case {
  readonly manifest: Manifest
  readonly run: string
  readonly data: string
}

async function trained(): Promise<Case> {
  const data = await tinyKaggle()
  const manifest = openDataset(data)
  const names = manifest.photos.map(({ filename }) => filename)
  const hashes = manifest.photos.map(({ path }) => createHash('sha256').update(readFileSync(path)).digest('hex'))
  const run = tinyRun({
    train: names.slice(0, 6),
    validation: names.slice(6),
    dataHash: datasetHash(manifest.photos, hashes),
  })
  return { manifest, run, data }
}

async function select(manifest: Manifest, run: string | undefined, split?: SplitName): Promise<string> {
  try {
    const selected = await selectPhotos(manifest, { run, split })
    return `${selected.split}, ${selected.manifest.photos.length}: ${selected.reason.replace(run ?? '?', 'RUN')}`
  } catch (error) {
    return String(error)
      .replace(run ?? '?', 'RUN')
      .replace(manifest.source, 'DATA')
  }
}

test('the data it was trained on: its validation photos, or those asked for', async () => {
  const { manifest, run } = await trained()
  expect(await select(manifest, run)).toBe('validation, 6: set by RUN')
  expect(await select(manifest, run, 'train')).toBe('train, 6: set by RUN')
  expect(await select(manifest, run, 'all')).toBe('all, 12: as asked')
})

test('other labels or bytes under the same names: all, unless the split is asked for', async () => {
  const { manifest, run, data } = await trained()
  writeFileSync(manifest.photos[3]!.path, readFileSync(manifest.photos[2]!.path))
  expect(await select(openDataset(data), run)).toContain('all, 12: its file names are those that RUN was trained on')
  expect(await select(openDataset(data), run, 'validation')).toContain('validation, 6: set by RUN; labels or bytes')
})

test('other photos: all of them; a split of them does not exist', async () => {
  const { run, data } = await trained()
  const other = openDataset(join(data, 'identities.csv'), {
    images: join(data, 'test', 'test'),
    columns: { identity: 'who' },
  })
  expect(await select(other, run)).toBe('all, 9: other photos than those that RUN was trained on, by their names')
  expect(await select(other, run, 'validation')).toBe(
    'InputError: --split validation: DATA has, by their names, none of the photos that RUN was trained and validated on\nhint: --split all scores every photo',
  )
})

test('a part of the photos it was trained on is scored whole, and said to be that', async () => {
  const { manifest, run } = await trained()
  const part = { ...manifest, photos: manifest.photos.slice(0, 5) }
  const { train } = readRunData(run)
  const learned = part.photos.filter(({ filename }) => train.includes(filename)).length
  expect(learned).toBeGreaterThan(0)
  expect(await select(part, run)).toBe(
    `all, 5: RUN was TRAINED on ${learned} of these and validated on ${5 - learned}, by their names`,
  )
  expect(await select(part, run, 'train')).toContain('has, by their names, 5 of the 12 photos that RUN was trained')
})

test('what the run skipped is not besides', async () => {
  const { manifest, run } = await trained()
  const splitPath = join(run, 'split.json')
  const split = JSON.parse(readFileSync(splitPath, 'utf8')) as object
  writeFileSync(splitPath, JSON.stringify({ ...split, skipped: ['broken.png'] }))
  const broken = { ...manifest.photos[0]!, filename: 'broken.png', path: join(run, 'broken.png') }
  const more = { ...manifest, photos: [...manifest.photos, broken] }
  expect(await select(more, run)).toBe('validation, 6: set by RUN')
})

test('a model that is no run, and a run that trained on everything', async () => {
  const { manifest } = await trained()
  expect(await select(manifest, undefined)).toBe('all, 12: the model is no run folder')
  expect(await select(manifest, undefined, 'train')).toContain('--split train: the model is no run folder')
  const names = manifest.photos.map(({ filename }) => filename)
  const hashes = manifest.photos.map(({ path }) => createHash('sha256').update(readFileSync(path)).digest('hex'))
  const all = tinyRun({ train: names, dataHash: datasetHash(manifest.photos, hashes) })
  expect(await select(manifest, all)).toBe('all, 12: RUN was trained on all photos: there are none that it did not see')
})

test('a table that holds more than that data is scored whole, unless the split is asked for', async () => {
  const { manifest, run } = await trained()
  const more = { ...manifest, photos: [...manifest.photos, { ...manifest.photos[0]!, filename: 'new.png' }] }
  expect(await select(more, run)).toBe(
    'all, 13: 1 photos besides the 12 that RUN was trained and validated on; --split validation leaves those out',
  )
  expect(await select(more, run, 'validation')).toBe('validation, 6: set by RUN')
})

test('two animals of one photo, told apart by their boxes, lie each on its own side', async () => {
  const { manifest } = await trained()
  const [photo] = manifest.photos
  const [left, right] = [0, 4].map((x) => ({ ...photo!, box: { x, y: 0, width: 4, height: 8 } }))
  const hash = createHash('sha256').update(readFileSync(photo!.path)).digest('hex')
  const both = { ...manifest, photos: [left!, right!] }
  const run = tinyRun({
    train: [photoKey(left!)],
    validation: [photoKey(right!)],
    dataHash: datasetHash(both.photos, [hash, hash]),
  })
  const selected = await selectPhotos(both, { run })
  expect([selected.split, selected.manifest.photos]).toEqual(['validation', [right]])
})
