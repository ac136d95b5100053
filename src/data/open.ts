import { existsSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { check, checkReachable, checkThere, InputError, optionText, settlePath } from '../base/index.ts'
import type { BoxFormat } from './box-format.ts'
import { isCamtrap, isFileOfPackage, openCamtrap } from './camtrap-dp.ts'
import { openCoco } from './coco.ts'
import { openCsv } from './csv-dataset.ts'
import { type DetectionOptions, withDetections } from './detections.ts'
import { type EncounterOptions, withEncounters } from './encounters.ts'
import { openFolder } from './folders.ts'
import { readLimitedJson } from './json-file.ts'
import { openKaggle } from './kaggle.ts'
import { type LabelOptions, withReadLabels } from './labels.ts'
import type { ListProgress } from './list-progress.ts'
import { type Manifest, problemsOf, shortList } from './manifest.ts'
import { type MaskOptions, withMaskFolder, withMasks } from './masks.ts'
import { checkListed } from './photos-there.ts'
import { speciesDoubt, summaryOf } from './summary.ts'
import { withReadTimes } from './unread-times.ts'

/** How the photos of a dataset are found and read; nothing is opened for it but tables. */
export interface OpenOptions extends LabelOptions, DetectionOptions, MaskOptions, EncounterOptions, ListProgress {
  /** The folder that a CSV's file names start from; without it the CSV's own. */
  readonly images?: string | undefined
  /** Field → column, for a CSV whose columns have other names. */
  readonly columns?: Readonly<Record<string, string>> | undefined
  /** What the four numbers of a box are, where names and evidence do not tell. */
  readonly boxFormat?: BoxFormat | undefined
  /** Which photos of a Kaggle folder. */
  readonly part?: 'train' | 'test' | 'all'
  /** Photos of known individuals are needed: there must be some, and photos of nobody known may be among them. */
  readonly requireIdentity?: boolean
  /** throw: mistakes in the list of photos are told here. collect: they are kept in `problems`, which `readPhotos` tells before it reads a photo. */
  readonly problems?: 'throw' | 'collect'
  /** False: where mistakes are thrown, files that are not there are told with them. */
  readonly skipUnreadable?: boolean | undefined
  /** Called with what was read of a list whose mistakes are thrown next: which column was taken for what may explain them. */
  readonly onRefused?: ((manifest: Manifest) => void) | undefined
}

/** Training photos of a Kaggle folder; photos without an identity are welcome; mistakes are thrown at once, and files are not looked for. */
export const openDefaults = {
  part: 'train',
  requireIdentity: false,
  problems: 'throw',
  skipUnreadable: true,
} as const satisfies OpenOptions

/** The options with nothing left open. */
export type ResolvedOpenOptions = Required<OpenOptions>

/**
 * Finds the photos of a dataset, without opening them. What `path` is, is seen from what lies there:
 *
 * - kaggle: a folder with `train.csv` or `test.csv`; photos in `train/train/`, `train/` or the folder itself, likewise `test`
 * - folders: a folder of folders, each an identity
 * - photos: a folder of photos, of which nothing is known
 * - camtrap-dp: a folder with `media.csv` and `observations.csv`, or its `datapackage.json`
 * - coco: a `.json` file of COCO's annotations
 * - csv: a CSV with a column of file names and, optionally, identity, encounter, timestamp, flank, camera and a box
 *
 * @throws InputError where it is none of these or could be two; for missing columns; and (see `problems`) for all rows at once
 * that are duplicates, give one file two identities, or lead outside of the folder; and where no photo has an identity that needs one.
 */
export function openDataset(path: string, options: OpenOptions = {}): Manifest {
  for (const place of [path, options.images, options.detections, options.masks])
    if (place !== undefined) settlePath(place)
  if (options.images !== undefined) checkReachable(options.images, `\`images\`: ${options.images}`)
  const resolved: ResolvedOpenOptions = {
    images: undefined,
    columns: undefined,
    boxFormat: undefined,
    detections: undefined,
    confidence: undefined,
    masks: undefined,
    unidentified: undefined,
    mergeSimilarLabels: undefined,
    encounterGapMinutes: undefined,
    onSize: undefined,
    onFile: undefined,
    onTime: undefined,
    onRefused: undefined,
    ...openDefaults,
    ...withMaskFolder(path, options),
  }
  const opened = open(path, resolved)
  const labelled = withEncounters(withReadTimes(withReadLabels(opened, resolved)), resolved)
  const read = withMasks(withDetections(labelled, resolved), resolved)
  const problems = [...read.problems, ...problemsOf(read.photos, resolved.onFile)]
  const warnings = [...read.warnings, ...speciesDoubt(read), ...unusedBoxFormat(opened, resolved)]
  const manifest = { ...read, warnings, problems, summary: summaryOf(read) }
  if (resolved.problems === 'throw' && problems.length > 0) {
    resolved.onRefused?.(manifest)
    checkListed(manifest, resolved)
  }
  check(manifest.photos.length > 0 || manifest.problems.length > 0, `${path}: no photos`)
  if (resolved.requireIdentity) checkIdentified(path, manifest)
  return manifest
}

/** Boxes of a detector and of a Camtrap-DP package are of one format. */
function unusedBoxFormat({ kind, source, photos }: Manifest, { boxFormat }: ResolvedOpenOptions): string[] {
  const areRead = kind === 'csv' || kind === 'kaggle' || kind === 'coco'
  if (boxFormat === undefined || (areRead && photos.some(({ box }) => box !== undefined))) return []
  return [
    `${source}: \`boxFormat\` changes nothing: ${areRead ? 'there are no boxes in it' : 'it is no table with boxes'}`,
  ]
}

function checkIdentified(path: string, { kind, photos, words = [] }: Manifest): void {
  if (photos.length === 0) return // its problems say why
  if (photos.some(({ identity }) => identity !== undefined)) return
  const written = words.flatMap(({ field, word }) => (field === 'identity' ? [`'${word}'`] : []))
  check(
    written.some((word) => word !== "''"),
    `${path}: identities are needed, and no photo has one: the labels are empty`,
    kind === 'camtrap-dp'
      ? 'individuals stand in the column individualID of the observations'
      : `${optionText({ columns: { identity: '…' } })} names the column that has them`,
  )
  check(
    false,
    `${path}: identities are needed, and no photo has one: labels that stand for nobody are ${shortList(written)}`,
    `\`unidentified\` names the words that stand for nobody: where these are animals, ${optionText({ unidentified: { only: ['…'] } })} puts others in their place`,
  )
}

function open(path: string, options: ResolvedOpenOptions): Manifest {
  checkThere(path, 'file or folder')
  const found = statSync(path)
  const isFolder = found.isDirectory()
  check(
    isFolder || found.isFile(),
    `${path}: not a file`,
    'a pipe or a device cannot be read: save what it gives in a file',
  )
  if ((isFolder || isFileOfPackage(path)) && isCamtrap(path)) {
    checkPart(path, options)
    return openCamtrap(path, options)
  }
  if (extname(path).toLowerCase() === '.json') {
    checkPart(path, options)
    return openJson(path, options)
  }
  if (!isFolder) {
    check(
      ['.csv', '.tsv', '.txt'].includes(extname(path).toLowerCase()),
      `${path}: expected a folder or a CSV`,
      hintFor(path),
    )
    checkPart(path, options)
    return openCsv(path, options)
  }
  if (['train.csv', 'test.csv'].some((name) => existsSync(join(path, name)))) return openKaggle(path, options)
  checkPart(path, options)
  check(options.images === undefined, `${path}: \`images\` goes with a CSV, and this is a folder`)
  check(options.columns === undefined, `${path}: \`columns\` goes with a CSV, and this is a folder`)
  return openFolder(path, options)
}

/** What to do with a file that is no table. */
function hintFor(path: string): string {
  if (/\.(zip|tar|gz|tgz|7z|rar)$/i.test(path)) return 'it is an archive: unpack it, and name the folder'
  if (/\.(xlsx?|xlsm|ods|numbers)$/i.test(path)) return 'it is a workbook of a spreadsheet: save the sheet as CSV UTF-8'
  if (/\.(ddb|tdb)$/i.test(path)) return "it is Timelapse's own file: export its data as CSV (TimelapseData.csv)"
  return 'put the photo into a folder and name that'
}

function openJson(path: string, options: ResolvedOpenOptions): Manifest {
  const json = readLimitedJson(path)
  const has = (key: string) => typeof json === 'object' && json !== null && key in json
  if (has('images') && has('annotations')) return openCoco(path, json, options)
  check(
    !has('predictions') && !has('detection_categories'),
    `${path}: expected photos, got a file of detections`,
    'name the photos in its place, and this file with `detections`',
  )
  throw new InputError(
    `${path}: expected COCO's annotations, a detector's file (with \`detections\`) or datapackage.json`,
    'COCO has the keys images and annotations',
  )
}

function checkPart(path: string, { part }: ResolvedOpenOptions): void {
  check(part !== 'test', `${path}: expected a Kaggle folder with test.csv`)
}
