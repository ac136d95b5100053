import { join } from 'node:path'
import { check, counted, makeFolder, takeLock } from '../base/index.ts'
import {
  type Bursts,
  burstWords,
  checkPhotosThere,
  findBursts,
  type Manifest,
  openDataset,
  photoKey,
} from '../data/index.ts'
import { mergeReading, type ReadingOptions } from '../run/index.ts'
import {
  checkBeginning,
  type PrepareEvent,
  type TrainEvent,
  type TrainOptions,
  train,
  withAnimals,
} from '../train/index.ts'
import { checkNewCv, cvNames, foldFolder, isBegun, isFinished, removeCollected, removeCv } from './cv-folder.ts'
import { columnNotes, foldsNotBetter } from './fold-notes.ts'
import {
  asksForBursts,
  type FoldPlan,
  type FoldPlanOptions,
  hashPlan,
  hasPlan,
  lotWarning,
  photosForFolds,
  planFolds,
  readPlan,
  writePlan,
} from './fold-plan.ts'
import { foldsWithoutScore } from './fold-scores.ts'
import { type CollectOptions, type CrossValidation, collectFolds } from './out-of-fold.ts'

/** What decides a fold's training, as `train()` takes it. */
type TrainSettings = Pick<TrainOptions, (typeof settingNames)[number]>

const settingNames = ['preset', 'backbone', 'modelConfig', 'freeze', 'set', 'seed'] as const

/** What to cross-validate, on what, and where to. */
export interface CrossValidateOptions extends ReadingOptions, TrainSettings, Omit<FoldPlanOptions, 'seed' | 'bursts'> {
  readonly data: string
  /** The folder: a run folder for each fold, their scores and their ensemble. */
  readonly out: string
  /** Train this fold alone, counted from 1: the folds are independent jobs. */
  readonly fold?: number | undefined
  /** Go on with what was begun in `out`: by its own folds and settings. */
  readonly resume?: boolean | undefined
  readonly overwrite?: boolean | undefined
  /** What runs the steps; the processor unless given. */
  readonly device?: TrainOptions['device']
  readonly threads?: number | undefined
  readonly memoryLimitBytes?: number | undefined
  readonly offline?: boolean | undefined
  /** Whether photos with masks are scored with other backgrounds too, which embeds each twice more; true unless given. */
  readonly background?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: ((event: CrossValidateEvent) => void) | undefined
}

/** What a cross-validation tells while it goes. */
export type CrossValidateEvent =
  | { readonly kind: 'plan'; readonly plan: FoldPlan; readonly manifest: Manifest }
  | { readonly kind: 'look'; readonly part: string; readonly done: number; readonly total: number }
  | { readonly kind: 'note' | 'warning'; readonly text: string }
  | { readonly kind: 'fold'; readonly fold: number; readonly state: 'begins' | 'goes on' | 'is finished' }
  | { readonly kind: 'train'; readonly fold: number; readonly event: TrainEvent | PrepareEvent }
  | { readonly kind: 'embed'; readonly fold: number; readonly done: number; readonly total: number }

/** How it ended: the scores where all folds are trained; else what is missing. */
export type CrossValidateOutcome =
  | { readonly finished: true; readonly result: CrossValidation; readonly plan: FoldPlan }
  | {
      readonly finished: false
      readonly stopped: boolean
      readonly missing: readonly number[]
      readonly plan: FoldPlan
    }

/**
 * K-fold cross-validation: divides the photos into folds, trains a network for each on all other photos, embeds each photo by the network
 * that did not learn from it, and scores it. All folds begin with the same seed. What is finished is not trained again; a fold that was
 * stopped or killed goes on from its checkpoint (`resume`). When `signal` aborts, the fold at work saves its state.
 * @throws InputError for anything wrong with data, settings or folder, and where another process writes a fold.
 */
export async function crossValidate(options: CrossValidateOptions): Promise<CrossValidateOutcome> {
  const { out, fold, signal, onEvent } = options
  const { plan, manifest } = await begun(options)
  check(
    fold === undefined || (Number.isInteger(fold) && fold >= 1 && fold <= plan.folds.length),
    `\`fold\`: expected 1 to ${plan.folds.length}, got ${fold}`,
  )
  onEvent?.({ kind: 'plan', plan, manifest })
  for (const text of columnNotes(manifest, plan)) onEvent?.({ kind: 'note', text })
  const wanted = fold === undefined ? plan.folds.map((_, i) => i + 1) : [fold]
  for (const number of wanted) {
    if (!(await trainFold(options, plan, number)))
      return { finished: false, stopped: true, missing: missing(out, plan), plan }
    signal?.throwIfAborted()
  }
  const left = missing(out, plan)
  if (left.length > 0) return { finished: false, stopped: false, missing: left, plan }
  const result = await collect(options, plan, manifest)
  for (const text of foldsNotBetter(out, plan)) onEvent?.({ kind: 'warning', text })
  return { finished: true, result, plan }
}

interface Begun {
  readonly plan: FoldPlan
  readonly manifest: Manifest
}

/** The plan that lies there and is to go on, or a new one, written. */
async function begun(options: CrossValidateOptions): Promise<Begun> {
  const { out, resume = false, overwrite = false, fold } = options
  if (resume) {
    checkUndecided(options)
    const plan = readPlan(out)
    const manifest = await readPhotos(options, mergeReading(options, plan.reading))
    checkSides(options, plan, manifest)
    warnOfScores(options, plan, manifest)
    return { plan, manifest }
  }
  const reading = mergeReading(options)
  const manifest = await readPhotos(options, reading)
  const settings = settingsOf(options)
  const byBursts = asksForBursts(manifest, options)
  if (byBursts) {
    // looking takes long
    if (!hasPlan(out) || fold === undefined) checkNewCv(out, overwrite)
    await checkFirst(options, settings)
  }
  const bursts = byBursts ? await burstsFor(options, manifest) : undefined
  const plan = planFolds(manifest, { ...options, bursts }, { settings, reading })
  const lot = lotWarning(photosForFolds(manifest), plan, options)
  for (const text of lot) options.onEvent?.({ kind: 'warning', text })
  if (bursts !== undefined && plan.kind === 'burst') {
    const why = options.by !== undefined || lot.length > 0 ? '' : 'no sightings are known, and '
    const off = options.by === undefined ? '; `by: "stratified"` divides by lot' : ''
    options.onEvent?.({
      kind: 'note',
      text: `${why}photos that look alike stay in one fold: ${burstWords(bursts)}${off}`,
    })
  }
  warnOfScores(options, plan, manifest)
  if (hasPlan(out) && fold !== undefined && !overwrite) {
    check(
      hashPlan(readPlan(out)) === hashPlan(plan),
      `\`out\`: ${out} was begun with other photos, folds or settings`,
      'go on with those by `resume`, or choose another name',
    )
    return { plan, manifest }
  }
  checkNewCv(out, overwrite)
  if (!byBursts) await checkFirst(options, settings)
  if (hasPlan(out)) removeCv(out)
  makeFolder(out)
  writePlan(out, plan)
  return { plan, manifest }
}

/** What every fold begins with: before bursts are looked for and anything is written. */
function checkFirst(options: CrossValidateOptions, settings: FoldPlan['settings']): Promise<void> {
  const { device, offline, signal, fold = 1, onEvent } = options
  const onProgress = (event: PrepareEvent) => onEvent?.({ kind: 'train', fold, event })
  return checkBeginning({ ...forFolds(settings), device, offline, signal, onProgress })
}

function warnOfScores({ onEvent }: CrossValidateOptions, plan: FoldPlan, manifest: Manifest): void {
  for (const text of foldsWithoutScore(plan, manifest)) onEvent?.({ kind: 'warning', text })
}

function burstsFor(options: CrossValidateOptions, manifest: Manifest): Promise<Bursts> {
  const { limitPixels, signal, onEvent } = options
  return findBursts(photosForFolds(manifest), {
    limitPixels,
    ...(signal && { signal }),
    onProgress: (part, done, total) => onEvent?.({ kind: 'look', part, done, total }),
  })
}

/** The photos, with the animals that `locate` finds on them: folds divide what networks see. */
async function readPhotos(options: CrossValidateOptions, reading: FoldPlan['reading']): Promise<Manifest> {
  const { data, threads, memoryLimitBytes, signal, onEvent } = options
  const { limitPixels: _, locate: __, locateConfig: ___, animals: ____, ...open } = reading
  const manifest = openDataset(data, {
    ...open,
    part: 'train',
    requireIdentity: true,
    skipUnreadable: reading.skipUnreadable ?? false,
  })
  await checkPhotosThere(
    { ...manifest, photos: photosForFolds(manifest) },
    {
      ...{ skipUnreadable: reading.skipUnreadable, signal },
      onDone: (done, total) => onEvent?.({ kind: 'look', part: 'looking for photos', done, total }),
    },
  )
  return withAnimals({ ...reading, threads, memoryLimitBytes, signal, onProgress }, manifest)

  function onProgress(event: PrepareEvent): void {
    if (event.kind === 'locate') onEvent?.({ kind: 'look', part: 'animals', done: event.done, total: event.total })
    if (event.kind === 'note') onEvent?.({ kind: 'note', text: event.text })
  }
}

/** @throws InputError where the table says by now that photos of the folds are to test on, or on no side: networks were to learn from them. */
function checkSides({ out }: CrossValidateOptions, { folds }: FoldPlan, manifest: Manifest): void {
  const planned = new Set(folds.flatMap(({ train, validation }) => [...train, ...validation]))
  const taken = new Set(photosForFolds(manifest).map(photoKey))
  const other = manifest.photos.filter((photo) => planned.has(photoKey(photo)) && !taken.has(photoKey(photo)))
  const [first] = other
  check(
    first === undefined,
    `${out}: ${counted(other.length, 'photo')} of its folds may not train by ${manifest.source}, as ${first?.filename}: test photos, or on no side`,
    'go on with the photos that it was begun with, or begin anew',
  )
}

/** @throws InputError for what a plan has decided before. */
function checkUndecided(options: CrossValidateOptions): void {
  const decided = [...settingNames, 'by', 'folds'] as const
  const given = decided.filter((name) => (name === 'set' ? options.set?.length : options[name] !== undefined))
  check(
    given.length === 0,
    `\`resume\` goes on with the folds and settings that ${options.out} was begun with; leave out ${given.map((name) => `\`${name}\``).join(', ')}`,
  )
}

function settingsOf(options: CrossValidateOptions): FoldPlan['settings'] {
  const { preset, backbone, modelConfig, freeze, set = [], seed } = options
  const decided = set.find((assignment) => /^\s*validation\s*=/.test(assignment))
  check(decided === undefined, `${decided}: the folds decide what validates`)
  const given = { preset, backbone, modelConfig, freeze, set: [...set], seed }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** Whatever the preset sets aside: each fold validates, and settings that need photos set aside have them. */
function forFolds(settings: FoldPlan['settings']): FoldPlan['settings'] {
  return { ...settings, set: [...(settings.set ?? []), 'validation=given'] }
}

/** Trains a fold, or goes on with it; nothing where it is finished. False where it was stopped. */
async function trainFold(options: CrossValidateOptions, plan: FoldPlan, fold: number): Promise<boolean> {
  const { out, data, device, threads, memoryLimitBytes, offline, signal, onEvent } = options
  const run = foldFolder(out, fold)
  const { train: trained, validation } = plan.folds[fold - 1]!
  const finished = isFinished(out, fold)
  const started = isBegun(out, fold)
  onEvent?.({ kind: 'fold', fold, state: finished ? 'is finished' : started ? 'goes on' : 'begins' })
  if (finished) return true
  removeCollected(out)
  const outcome = await train({
    ...mergeReading(options, plan.reading),
    ...(started ? { resume: true } : { ...forFolds(plan.settings), split: { train: trained, validation } }),
    data,
    out: run,
    device,
    threads,
    memoryLimitBytes,
    offline,
    signal,
    onEvent: (event) => onEvent?.({ kind: 'train', fold, event }),
  })
  return outcome.finished
}

function missing(out: string, { folds }: FoldPlan): number[] {
  return folds.map((_, i) => i + 1).filter((fold) => !isFinished(out, fold))
}

async function collect(options: CrossValidateOptions, plan: FoldPlan, manifest: Manifest): Promise<CrossValidation> {
  const { out, threads, background, signal, onEvent } = options
  const { skipUnreadable, limitPixels } = mergeReading(options, plan.reading)
  const lock = await takeLock(join(out, cvNames.lock), `${out}: the cross-validation`, { signal })
  const onFold: CollectOptions['onFold'] = (fold) => ({
    onProgress: (done, total) => onEvent?.({ kind: 'embed', fold, done, total }),
  })
  try {
    return await collectFolds(out, plan, manifest, { threads, background, skipUnreadable, limitPixels, signal, onFold })
  } finally {
    lock.release()
  }
}
