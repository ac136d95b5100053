import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check } from '../base/index.ts'
import { type Listed, listPhotos } from './csv-dataset.ts'
import { type WithEncounterTable, withEncounterTable } from './kaggle-encounters.ts'
import type { Manifest, Photo, Problem } from './manifest.ts'
import type { ResolvedOpenOptions } from './open.ts'
import { type PhotoFinder, photoFinder } from './photo-finder.ts'
import { readPairs } from './test-pairs.ts'

/**
 * A folder in the layout of Kaggle's jaguar-re-id: `train.csv`, `test.csv` and the photos of both; where the encounters of the training
 * photos lie beside them in a table, those too.
 */
export function openKaggle(folder: string, options: ResolvedOpenOptions): Manifest {
  const { part, requireIdentity } = options
  const parts = part === 'all' ? (['train', 'test'] as const).filter((p) => existsSync(csvOf(folder, p))) : [part]
  for (const p of parts) check(existsSync(csvOf(folder, p)), `${folder}: no ${p}.csv`)
  check(
    !requireIdentity || !parts.includes('test'),
    `${folder}: the photos of test.csv have no identities`,
    'use its training photos, or a CSV that names the identities',
  )
  const lists: WithEncounterTable[] = parts.map((p) =>
    p === 'train' ? trainPhotos(folder, options) : testPhotos(folder, options),
  )
  const photos = lists.flatMap((list) => list.photos)
  const problems = lists.flatMap((list) => list.problems)
  const notes = lists.flatMap((list) => list.notes)
  const warnings = lists.flatMap((list) => list.warnings)
  const reading = lists.find((list) => list.reading !== undefined)?.reading
  const encountersFrom = lists.find((list) => list.encountersFrom !== undefined)?.encountersFrom
  return { kind: 'kaggle', source: folder, photos, problems, notes, warnings, reading, encountersFrom }
}

function csvOf(folder: string, part: 'train' | 'test'): string {
  return join(folder, `${part}.csv`)
}

function trainPhotos(folder: string, options: ResolvedOpenOptions): WithEncounterTable {
  const listed = listPhotos(csvOf(folder, 'train'), options, finderOf(options.images ?? folder, 'train'))
  return withEncounterTable(listed, folder, options.columns)
}

/** The photos that test.csv names, each once, in the order in which it first names them. */
function testPhotos(folder: string, options: ResolvedOpenOptions): Listed {
  const { pairs, firstRow } = readPairs(folder)
  const finder = finderOf(options.images ?? folder, 'test')
  const photos: Photo[] = []
  const problems: Problem[] = []
  pairs.filenames.forEach((filename, i) => {
    options.onFile?.('listing', i, pairs.filenames.length)
    const row = firstRow[i]!
    const place = finder.find(filename)
    if ('path' in place) photos.push({ filename, path: place.path, extra: {}, csv: 'test.csv', row })
    else problems.push({ where: `test.csv row ${row} '${filename}'`, ...place })
  })
  return { photos, problems, notes: [], warnings: finder.warnings() }
}

/** Photos may lie nested (`train/train/`), flat (`train/`) or beside the CSV; where they are nowhere, the likeliest place. */
function finderOf(folder: string, part: 'train' | 'test'): PhotoFinder {
  const folders = [join(folder, part, part), join(folder, part), folder]
  return photoFinder(folders, folders.find((candidate) => existsSync(candidate)) ?? folder)
}
