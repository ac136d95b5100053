import { check } from '../base/index.ts'
import {
  columnSplit,
  hasSplit,
  identifiedOnly,
  type Manifest,
  openDataset,
  openPixelStore,
  type Photo,
  type PixelStore,
  photosToTrainWith,
  type Split,
  stratifiedSplit,
  testsValidate,
} from '../data/index.ts'
import { mergeReading, type TrainConfig } from '../run/index.ts'
import type { TrainOptions } from './job.ts'

/** The photos of a run, decoded: of known individuals, and on a side of the table's split where it has one. */
export interface OpenedPhotos {
  readonly store: PixelStore
  /** Of every photo of the store. */
  readonly identities: string[]
  /** How they are split: as the config says, or by the table's column where that says nothing else. */
  readonly validation: TrainConfig['validation']
}

/**
 * Opens the photos that the options name and tells what was read. The table's split is used unless `isAsked`: then the config's
 * `validation` was asked for.
 * @throws InputError for what is wrong with table and photos, and where there are not two individuals to tell apart.
 */
export async function openPhotos(options: TrainOptions, config: TrainConfig, isAsked: boolean): Promise<OpenedPhotos> {
  const { data, skipUnreadable = false, limitPixels, signal } = options
  const whole = openDataset(data, {
    ...mergeReading(options),
    part: 'train',
    requireIdentity: true,
    problems: 'collect',
  })
  const known = identifiedOnly(whole).photos
  const validation = config.validation === 'stratified' && !isAsked && hasSplit(known) ? 'column' : config.validation
  check(
    validation !== 'column' || hasSplit(known),
    `${data}: validation=column, but there is no column for the split`,
    '--columns split=… names it',
  )
  const manifest = { ...whole, photos: photosToTrainWith(known, validation).sort(byNameThenBox) } // in whatever order a CSV lists them
  tellWhatWasRead(options, whole, known, validation)
  const store = await openPixelStore(manifest, config.image, {
    skipUnreadable,
    limitPixels,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, total) => options.onProgress?.({ kind: 'decode', done, total }),
  })
  const identities = store.photos.map(({ identity }) => identity!)
  check(new Set(identities).size >= 2, `${data}: expected photos of two identities or more`)
  return { store, identities, validation }
}

/** Which photos train and which validate. */
export function splitPhotos(
  photos: readonly Photo[],
  { validation, validationFraction }: TrainConfig,
  seed: number,
): Split {
  const options = { fraction: validationFraction, seed }
  switch (validation) {
    case 'none':
      return { train: photos.map((_, i) => i), validation: [] }
    case 'column':
      return columnSplit(photos, options)
    case 'stratified':
      return stratifiedSplit(photos, options)
  }
}

function tellWhatWasRead(
  { onProgress }: TrainOptions,
  { summary, notes = [], reading }: Manifest,
  known: readonly Photo[],
  validation: TrainConfig['validation'],
): void {
  if (summary !== undefined) onProgress?.({ kind: 'data', text: summary })
  for (const text of notes) onProgress?.({ kind: 'note', text })
  if (!hasSplit(known)) return
  onProgress?.({ kind: 'note', text: splitInWords(known, validation, reading?.columns.split ?? 'split') })
  if (validation === 'column' && testsValidate(known)) {
    const text =
      'the table has no validation photos, so that its test photos choose the best epoch: their scores will be a little too good'
    onProgress?.({ kind: 'warning', text })
  }
}

function splitInWords(known: readonly Photo[], validation: TrainConfig['validation'], column: string): string {
  const kept = known.length - photosToTrainWith(known, validation).length
  const out = kept === 0 ? '' : `; ${kept} photos of the table, to test on or on no side, are kept out`
  const how =
    validation === 'column'
      ? 'decides which photos train and which validate'
      : `is not used to validate (validation=${validation})`
  return `column '${column}' ${how}${out}`
}

function byNameThenBox(a: Photo, b: Photo): number {
  if (a.filename !== b.filename) return a.filename < b.filename ? -1 : 1
  const [p, q] = [a, b].map(({ box }) => (box === undefined ? [] : [box.x, box.y, box.width, box.height]))
  for (let i = 0; i < 4; i++) if (p![i] !== q![i]) return (p![i] ?? -1) - (q![i] ?? -1)
  return 0
}
