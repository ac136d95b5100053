import { check, counted } from '../base/index.ts'
import {
  type BurstFindings,
  burstsOf,
  burstWords,
  captionWords,
  checkFoldNames,
  checkListed,
  checkPhotosThere,
  columnSplit,
  dividesByBurst,
  groupedSplit,
  hasSplit,
  identifiedOnly,
  type Manifest,
  openDataset,
  openPixelStore,
  type Photo,
  type PixelStore,
  photoKey,
  photosToTrainWith,
  type Split,
  shortList,
  testsValidate,
  trainsOnly,
  usualSplitKind,
} from '../data/index.ts'
import { mergeReading, type Sides, type TrainConfig } from '../run/index.ts'
import type { TrainOptions } from './job.ts'
import { locatorFile, withAnimals } from './located.ts'

/** The photos of a run, decoded: of known individuals, and on a side of the table's split where it has one. */
export interface OpenedPhotos {
  readonly store: PixelStore
  /** Of every photo of the store. */
  readonly identities: string[]
  /** How they are split: as the config says, or by the table's column where that says nothing else. */
  readonly validation: TrainConfig['validation']
}

/** The photos of a run before they are opened, and how they are split. */
export interface ListedPhotos extends Pick<OpenedPhotos, 'validation'> {
  readonly manifest: Manifest
  /** A given split that the photos are still to be chosen by, when the animals on them are found. */
  readonly sides: Sides<string> | undefined
  /** Nobody decided the split and no encounters are known: photos that look alike are to stay together. */
  readonly asksForBursts: boolean
}

/** Who decides the split, where not the config alone. */
export interface SplitSource {
  /** The config's `validation` was asked for, and goes before a table's column. */
  readonly isAsked: boolean
  /** The sides that the caller gave, as `photoKey`s. */
  readonly sides: Sides<string> | undefined
  readonly seed: number
}

/**
 * Finds the photos that the options name and tells what was read: quick, so that a wrong folder is told before anything is fetched.
 * A split that was given is used, else the table's unless the config's `validation` was asked for.
 * @throws InputError for what is wrong with the table, and where there are not two individuals to tell apart.
 */
export function listPhotos(
  options: TrainOptions,
  config: TrainConfig,
  { isAsked, sides, seed }: SplitSource,
): ListedPhotos {
  const { data } = options
  const whole = openDataset(data, {
    ...mergeReading(options),
    part: 'train',
    requireIdentity: true,
    problems: 'collect',
    onFile: (stage, done, total) => options.onProgress?.({ kind: 'list', stage, done, total }),
    onSize: (done, total) => options.onProgress?.({ kind: 'sizes', done, total }),
    onTime: (done, total) => options.onProgress?.({ kind: 'times', done, total }),
  })
  const known = identifiedOnly(whole).photos
  if (sides === undefined) checkFoldNames(known)
  const byConfig =
    isAsked || config.validation !== 'stratified' ? config.validation : usualValidation(known, config, seed)
  const validation = sides === undefined ? byConfig : 'given'
  check(
    byConfig !== 'given' || sides !== undefined,
    `validation=given: no split was given`,
    '`validation` is stratified, encounter, burst, column or none; the caller of `train()` gives a split',
  )
  check(
    validation !== 'column' || hasSplit(known),
    `${data}: validation=column, but there is no column for the split`,
    '`columns: {"split":"…"}` names it',
  )
  // a split that is given names photos with the boxes that are found on them
  const later = locatorFile(options) === undefined ? undefined : sides
  const photos = later === undefined ? photosOf(known, validation, sides) : [...known]
  const manifest = { ...whole, photos: photos.sort(byNameThenBox) } // in whatever order a CSV lists them
  tellWhatWasRead(options, whole, known, validation)
  if (whole.problems.length > 0) checkListed(whole, options)
  checkTwo(data, manifest.photos)
  const isDecided = isAsked || sides !== undefined || config.validation !== 'stratified'
  const isByLot = validation === 'stratified' && known.every(({ encounter }) => encounter === undefined)
  return { manifest, validation, sides: later, asksForBursts: !isDecided && isByLot }
}

/**
 * Before weights are fetched and photos decoded: that their files are there. A given split names photos by the animals that are still to be found on
 * them: which ones it leaves out is not known yet, and nothing is looked for. @throws InputError as `openPhotos` would.
 */
export async function lookForPhotos(
  { skipUnreadable, signal, onProgress }: TrainOptions,
  { manifest, sides }: ListedPhotos,
): Promise<void> {
  if (sides !== undefined) return
  const onDone = (done: number, total: number) =>
    onProgress?.({ kind: 'list', stage: 'looking for photos', done, total })
  await checkPhotosThere(manifest, { skipUnreadable, signal, onDone })
}

/** The column of the table, else by encounter where that leaves photos to validate, else by lot. */
function usualValidation(
  known: readonly Photo[],
  { validationFraction: fraction }: TrainConfig,
  seed: number,
): TrainConfig['validation'] {
  return hasSplit(known) ? 'column' : usualSplitKind(known, { fraction, seed })
}

/** @throws InputError for a photo of a given split that is not there. */
function photosOf(
  known: readonly Photo[],
  validation: TrainConfig['validation'],
  sides: Sides<string> | undefined,
): Photo[] {
  if (validation !== 'given' || sides === undefined) return photosToTrainWith(known, validation)
  const keys = new Set([...sides.train, ...sides.validation])
  const photos = known.filter((photo) => keys.has(photoKey(photo)))
  const found = new Set(photos.map(photoKey))
  const absent = [...keys].filter((key) => !found.has(key))
  check(
    absent.length === 0,
    `split: ${counted(absent.length, 'of its photos is', 'of its photos are')} not in the data: ${shortList(absent)}`,
  )
  return photos
}

/** Decodes the photos that were listed. @throws InputError for what is wrong with rows and files. */
export async function openPhotos(
  options: TrainOptions,
  { image, validationFraction: fraction }: TrainConfig,
  { manifest, validation, sides, asksForBursts }: ListedPhotos,
  { hashes, seed }: { readonly hashes: boolean; readonly seed: number },
): Promise<OpenedPhotos> {
  const { data, skipUnreadable = false, limitPixels, signal } = options
  const located = await withAnimals(options, manifest)
  const chosen = sides === undefined ? located.photos : photosOf(located.photos, validation, sides)
  const store = await openPixelStore({ ...located, photos: chosen }, image, {
    skipUnreadable,
    limitPixels,
    hashes,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, total) => options.onProgress?.({ kind: 'decode', done, total }),
  })
  tellCaptions(options, store)
  checkTwo(data, store.photos)
  const identities = store.photos.map(({ identity }) => identity!)
  if (!asksForBursts || store.hashes === undefined) return { store, identities, validation }
  const bursts = await burstsOf(store.hashes, identities, { ...(signal && { signal }) })
  if (!dividesByBurst(store.photos, bursts, { fraction, seed })) return { store, identities, validation }
  const text = `no sightings are known, and photos that look alike stay on one side: ${burstWords(bursts)}; \`set: ["validation=stratified"]\` divides by lot`
  options.onProgress?.({ kind: 'note', text })
  return { store, identities, validation: 'burst' }
}

function tellCaptions({ onProgress }: TrainOptions, { captioned, photos }: PixelStore): void {
  const words = captionWords(captioned, photos.length)
  if (words === undefined) return
  onProgress?.({ kind: 'note', text: `${words}; \`set: ["image.captions=keep"]\` leaves them in` })
}

function checkTwo(data: string, photos: readonly Photo[]): void {
  const identities = new Set(photos.map(({ identity }) => identity))
  check(identities.size >= 2, `${data}: expected photos of two identities or more`)
}

/** Which photos train and which validate, and the bursts that were kept together, where these decided. */
export async function splitPhotos(
  { photos, hashes }: Pick<PixelStore, 'photos' | 'hashes'>,
  { validation, validationFraction }: TrainConfig,
  { seed, sides }: { readonly seed: number; readonly sides: Sides<string> | undefined },
): Promise<{ readonly split: Split; readonly bursts?: BurstFindings }> {
  const options = { fraction: validationFraction, seed }
  switch (validation) {
    case 'none':
      return { split: { train: photos.map((_, i) => i), validation: [] } }
    case 'column':
      return { split: columnSplit(photos, options) }
    case 'burst': {
      const identities = photos.map(({ identity }) => identity)
      const { bursts, ...found } = await burstsOf(hashes ?? new Uint32Array(), identities)
      return { split: groupedSplit(photos, { ...options, kind: validation, bursts }), bursts: found }
    }
    case 'stratified':
    case 'encounter':
    case 'station':
    case 'time':
    case 'identity':
      return { split: groupedSplit(photos, { ...options, kind: validation }) }
    case 'given': {
      const held = new Set(sides?.validation)
      const rows = (validates: boolean) =>
        photos.flatMap((photo, i) => (held.has(photoKey(photo)) === validates ? [i] : []))
      return { split: { train: rows(false), validation: rows(true) } }
    }
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
  const out =
    kept === 0
      ? ''
      : `; ${counted(kept, 'photo of the table is kept out: it is a test photo, or on no side', 'photos of the table are kept out: they are test photos, or on no side')}`
  const how =
    validation === 'column'
      ? trainsOnly(known)
        ? 'has photos to train on only: some of them are set aside to validate'
        : 'decides which photos train and which validate'
      : `is not used to validate (validation=${validation})`
  return `column '${column}' ${how}${out}`
}

function byNameThenBox(a: Photo, b: Photo): number {
  if (a.filename !== b.filename) return a.filename < b.filename ? -1 : 1
  const [p, q] = [a, b].map(({ box }) => (box === undefined ? [] : [box.x, box.y, box.width, box.height]))
  for (let i = 0; i < 4; i++) if (p![i] !== q![i]) return (p![i] ?? -1) - (q![i] ?? -1)
  return 0
}
