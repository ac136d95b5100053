import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { check, checkOutput, makeFolder, readRegular, StagedFolder } from '../base/index.ts'
import { encodePng } from '../images/index.ts'
import { type Painted, type PaintOptions, paintAll } from './painters.ts'
import type { SyntheticPhoto } from './plan.ts'
import { identitySheet } from './sheet.ts'
import { type Studio, type StudioOptions, studio } from './studio.ts'

/** What is drawn, and the folder it is written to. */
export interface SynthesiseOptions extends StudioOptions, PaintOptions {
  /** Folder to write; it appears whole or not at all. */
  readonly out: string
  /** Replace `out` where it is a synthetic dataset already; any other folder is never touched. */
  readonly overwrite?: boolean
  readonly onProgress?: (done: number, total: number) => void
}

/** A drawn dataset as it was written, and how much it holds. */
export interface SyntheticDataset {
  readonly folder: string
  readonly identities: number
  readonly trainPhotos: number
  readonly testPhotos: number
  readonly encounters: number
  /** A picture with one individual a row, inside the folder. */
  readonly sheet: string
}

/** What a dataset is made of; anything else in its folder is somebody's and stays. */
function isOwn(name: string): boolean {
  const tables = ['train.csv', 'test.csv', 'test_identities.csv', 'train_encounters.csv', 'sheet.png', marker]
  return tables.includes(name) || /^(train|test)\/\1\/\1_\d+\.png$/.test(name)
}

/** The file that marks a folder as ours to replace; it holds the options that made it. */
const marker = 'synthetic.json'

/**
 * Writes a dataset of procedural jaguars in the layout of the Kaggle competition `jaguar-re-id`: `train.csv`, `test.csv`,
 * `train/train/*.png`, `test/test/*.png`; and beside them what a competition hides, `test_identities.csv` and
 * `train_encounters.csv`, with `sheet.png` to look at and `synthetic.json`, the options.
 *
 * The folder is written under another name beside `out` and renamed at the end. Train and test share identities and places
 * but no encounter.
 * @throws InputError where `out` exists (without `overwrite`), or exists and is no synthetic dataset (always).
 */
export async function synthesise(options: SynthesiseOptions): Promise<SyntheticDataset> {
  const { out, overwrite = false, onProgress, signal, threads, ...studioOptions } = options
  const folder = resolve(out)
  checkReplaceable(folder, overwrite)
  const from = studio(studioOptions)
  const staged = new StagedFolder(folder, isOwn)
  try {
    await writePhotos(from, staged, onProgress, { threads, signal })
    for (const [name, content] of Object.entries(syntheticTables(from.photos))) staged.write(name, content)
    staged.write('sheet.png', await encodePng(identitySheet(from)))
    staged.write(marker, `${JSON.stringify({ format: 1, ...from.options }, undefined, 2)}\n`)
    checkReplaceable(folder, overwrite) // it may have come while we painted
    staged.commit()
  } finally {
    staged.discard()
  }
  const trainPhotos = from.photos.filter((p) => p.split === 'train').length
  return {
    folder,
    identities: from.names.length,
    trainPhotos,
    testPhotos: from.photos.length - trainPhotos,
    encounters: new Set(from.photos.map((p) => p.encounter)).size,
    sheet: join(folder, 'sheet.png'),
  }
}

/** The dataset's tables by file name, each a header and rows, as they are written. */
export function syntheticTables(photos: readonly SyntheticPhoto[]): Readonly<Record<string, string>> {
  const train = photos.filter((p) => p.split === 'train')
  const test = photos.filter((p) => p.split === 'test')
  const table = (header: string, rows: readonly string[]) => `${[header, ...rows].join('\n')}\n`
  let row = 0
  const pairs = test.flatMap((query) =>
    test.filter((gallery) => gallery !== query).map((gallery) => `${row++},${query.filename},${gallery.filename}`),
  )
  return {
    'train.csv': table(
      'filename,ground_truth',
      train.map((p) => `${p.filename},${p.name}`),
    ),
    'test.csv': table('row_id,query_image,gallery_image', pairs),
    'test_identities.csv': table(
      'filename,ground_truth,encounter,flank',
      test.map((p) => `${p.filename},${p.name},${p.encounter},${p.flank}`),
    ),
    'train_encounters.csv': table(
      'filename,encounter,flank',
      train.map((p) => `${p.filename},${p.encounter},${p.flank}`),
    ),
  }
}

async function writePhotos(
  from: Studio,
  folder: StagedFolder,
  onProgress: SynthesiseOptions['onProgress'],
  options: PaintOptions,
): Promise<void> {
  for (const split of ['train', 'test']) makeFolder(join(folder.path, split, split))
  let done = 0
  const write: Painted = (photo, png) => {
    folder.write(`${photo.split}/${photo.split}/${photo.filename}`, png)
    onProgress?.(++done, from.photos.length)
  }
  await paintAll(from, write, options)
}

function checkReplaceable(folder: string, overwrite: boolean): void {
  checkOutput(folder, { overwrite, kind: 'folder' })
  check(
    !existsSync(folder) || isSynthetic(folder),
    `\`out\`: ${folder} is no synthetic dataset (it has no ${marker}), and is not replaced`,
    'choose another name',
  )
}

function isSynthetic(folder: string): boolean {
  const path = join(folder, marker)
  return existsSync(path) && readRegular(path, 'json').toString('utf8').includes('"photosPerIdentity"')
}
