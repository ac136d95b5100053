import { createHash } from 'node:crypto'
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder, tinyKaggle, tinyPhoto, tinyRun } from '../../test/model-fixture.ts'
import { datasetHash, type Manifest, openDataset, type Photo, photoKey } from '../data/index.ts'
import { readRunData } from '../run/run-data.ts'
import { type SplitName, selectPhotos } from './selection.ts'

interface Case {
  readonly manifest: Manifest
  readonly run: string
  readonly data: string
}

async function trained({ noting = false } = {}): Promise<Case> {
  const data = await tinyKaggle()
  const manifest = openDataset(data)
  const names = manifest.photos.map(({ filename }) => filename)
  const paths = manifest.photos.map(({ path }) => path)
  const hashes = manifest.photos.map(({ path }) => createHash('sha256').update(readFileSync(path)).digest('hex'))
  const run = tinyRun({
    train: names.slice(0, 6),
    validation: names.slice(6),
    dataHash: datasetHash(manifest.photos, hashes),
    ...(noting ? { files: { train: paths.slice(0, 6), validation: paths.slice(6) } } : {}),
  })
  return { manifest, run, data }
}

async function select(manifest: Manifest, run: string | undefined, split?: SplitName): Promise<string> {
  try {
    const selected = await selectPhotos(manifest, { run, split })
    return `${selected.split}, ${selected.manifest.photos.length}: ${selected.reason.replaceAll(run ?? '?', 'RUN')}`
  } catch (error) {
    return String(error)
      .replaceAll(run ?? '?', 'RUN')
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
    'InputError: `split: "validation"`: DATA has, by their names, none of the photos that RUN was trained and validated on\nhint: `split: "all"` scores every photo',
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

test('photos with proposed identities are not scored, and are not besides', async () => {
  const { manifest, run } = await trained()
  const guess = { ...manifest.photos[0]!, filename: 'guess.png', path: join(run, 'guess.png'), proposed: true } as const
  expect(await select({ ...manifest, photos: [...manifest.photos, guess] }, run)).toBe('validation, 6: set by RUN')
  const learned = manifest.photos.map((photo, i) => (i === 2 ? { ...photo, proposed: true as const } : photo))
  const guessed = { ...manifest, photos: learned }
  expect(await select(guessed, run, 'train')).toBe(
    'train, 5: set by RUN; 1 photo with a proposed identity is not scored',
  )
  expect(await select(guessed, run, 'all')).toBe('all, 11: as asked; 1 photo with a proposed identity is not scored')
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
  expect(await select(manifest, undefined)).toBe(
    'all, 12: all photos: the model does not tell which ones it was trained on, as a run folder does',
  )
  expect(await select(manifest, undefined, 'train')).toContain(
    '`split: "train"`: the model does not tell which photos it was trained on: a run folder of `train()` does',
  )
  const names = manifest.photos.map(({ filename }) => filename)
  const hashes = manifest.photos.map(({ path }) => createHash('sha256').update(readFileSync(path)).digest('hex'))
  const all = tinyRun({ train: names, dataHash: datasetHash(manifest.photos, hashes) })
  expect(await select(manifest, all)).toBe('all, 12: RUN was trained on all photos: there are none that it did not see')
})

test('a table that holds more than that data is scored whole, unless the split is asked for', async () => {
  const { manifest, run } = await trained()
  const more = { ...manifest, photos: [...manifest.photos, { ...manifest.photos[0]!, filename: 'new.png' }] }
  expect(await select(more, run)).toBe(
    'all, 13: 1 photo besides the 12 that RUN was trained and validated on; `split: "validation"` leaves those out',
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

/** The manifest with its photos copied under other names. */
function renamed(manifest: Manifest): Manifest {
  const folder = temporaryFolder()
  const photos = manifest.photos.map((photo, i) => {
    const path = join(folder, `IMG_${i}.png`)
    copyFileSync(photo.path, path)
    return { ...photo, filename: `IMG_${i}.png`, path }
  })
  return { ...manifest, photos }
}

describe('a run that noted the contents of its photos', () => {
  test('recognises them under other names', async () => {
    const { manifest, run } = await trained({ noting: true })
    expect(await select(manifest, run)).toBe('validation, 6: set by RUN')
    const copies = renamed(manifest)
    expect(await select(copies, run)).toBe('validation, 6: set by RUN; 12 of its photos have other names here')
    const { manifest: chosen, learned } = await selectPhotos(copies, { run })
    expect(chosen.photos.map(({ filename }) => filename)).toEqual([6, 7, 8, 9, 10, 11].map((i) => `IMG_${i}.png`))
    expect(learned).toBe(0)
    expect((await selectPhotos(copies, { run, split: 'all' })).learned).toBe(6)
  })

  test('says how many of a part of them it was trained on', async () => {
    const { manifest, run } = await trained({ noting: true })
    const part = { ...renamed(manifest), photos: renamed(manifest).photos.slice(3, 8) }
    expect(await select(part, run)).toBe('all, 5: RUN was TRAINED on 3 of these and validated on 2, by their content')
    expect(await selectPhotos(part, { run })).toMatchObject({ learned: 3 })
  })

  test('takes no other photos for them that have their names', async () => {
    const { manifest, run } = await trained({ noting: true })
    const folder = temporaryFolder()
    const photos = await Promise.all(
      manifest.photos.map(async (photo, i) => {
        const path = join(folder, photo.filename)
        writeFileSync(path, await tinyPhoto('Zorro', i))
        return { ...photo, path }
      }),
    )
    expect(await select({ ...manifest, photos }, run)).toBe(
      'all, 12: other photos than those that RUN was trained on, by their content; 12 have the names of such photos, but other bytes',
    )
    expect(await selectPhotos({ ...manifest, photos }, { run })).toMatchObject({ learned: 0 })
  })

  test('goes by the names of files whose bytes have changed, where its split is asked for', async () => {
    const { manifest, run } = await trained({ noting: true })
    appendFileSync(manifest.photos[7]!.path, 'more')
    expect(await select(manifest, run)).toContain('all, 12: RUN was TRAINED on 6 of these and validated on 5')
    expect(await select(manifest, run, 'validation')).toBe(
      'validation, 6: set by RUN; labels or bytes have changed since',
    )
  })

  test('tells changed labels', async () => {
    const { manifest, run } = await trained({ noting: true })
    const photos = manifest.photos.map((photo, i) => (i === 0 ? { ...photo, identity: 'Zorro' } : photo))
    expect(await select({ ...manifest, photos }, run)).toContain(
      'all, 12: its photos are those that RUN was trained on, but not all labels',
    )
  })
})

describe('a table with a split', () => {
  const sides = ['train', 'train', 'train', 'validation', 'test', 'none'] as const
  const withSplit = (manifest: Manifest, of: readonly Photo['split'][] = sides) => ({
    ...manifest,
    photos: manifest.photos.map((photo, i) => ({ ...photo, split: of[i % of.length] })),
  })

  test('is measured on its test photos, else its validation photos, or those asked for', async () => {
    const { manifest } = await trained()
    const table = withSplit(manifest)
    expect(await select(table, undefined)).toBe('test, 2: by the split of the table')
    expect(await select(table, undefined, 'train')).toBe('train, 6: by the split of the table')
    expect(await select(table, undefined, 'validation')).toBe('validation, 2: by the split of the table')
    expect(await select(table, undefined, 'all')).toBe('all, 12: as asked')
    expect(await select(withSplit(manifest, ['train', 'validation']), undefined)).toBe(
      'validation, 6: by the split of the table',
    )
    expect(await select(withSplit(manifest, ['train', 'validation']), undefined, 'test')).toContain(
      '`split: "test"`: DATA has no such photos in its column for the split',
    )
    expect(await select(manifest, undefined, 'test')).toContain('`split: "test"`: DATA has no column for the split')
  })

  test('says what a run saw of them', async () => {
    const { manifest, run } = await trained({ noting: true })
    const copies = withSplit(renamed(manifest))
    expect(await select(copies, run)).toBe(
      'test, 2: by the split of the table; RUN was TRAINED on 1 of these, by their content; RUN chose its best checkpoint by 1 of these',
    )
    expect(await selectPhotos(copies, { run })).toMatchObject({ learned: 1 })
    expect(await select(copies, run, 'validation')).toContain('validation, 6: set by RUN')
  })
})
