import { existsSync, statSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { check, counted, readRegular } from '../base/index.ts'
import {
  type BurstFindings,
  burstWords,
  datasetHash,
  hashSplit,
  identitiesOf,
  type Leakage,
  type ListStage,
  type PixelIndex,
  type PixelStore,
  photoKey,
  type Split,
  whySkipped,
} from '../data/index.ts'
import { describeModel, writeModelDescription } from '../embedder/index.ts'
import { decodeModel, externalFiles } from '../onnx/index.ts'
import {
  beginRun,
  type ConfigPart,
  checkNewRun,
  checkpointPath,
  commit,
  mergeReading,
  type ReadingOptions,
  type ResumedRun,
  type RunLock,
  type RunRecord,
  readRunData,
  removeRun,
  resumeRun,
  type Sides,
  sets,
  sweepRun,
  type TrainConfig,
  version,
  workingFolderFrom,
} from '../run/index.ts'
import type { Device } from '../runtime/index.ts'
import { askedOf, changesOf, saidOf } from './asked.ts'
import { Batches, type BatchSource } from './batches.ts'
import { type Beginning, doubtsOf } from './doubts.ts'
import { type EmbedStoreOptions, embedStore, type FrozenNetwork, headDescription } from './embedded.ts'
import { listPhotos, lookForPhotos, openPhotos, splitPhotos } from './photos.ts'
import { precisionOn } from './precision.ts'
import { checkWeights, doubtfulStart, obtainWeights, smallerThan } from './pretrained.ts'
import { leakageIn, leakWarnings, nothingAside, splitNote } from './split-words.ts'
import type { StepPrecision } from './step.ts'
import { checkValidation, ownEncounterOnly, validationProtocol } from './validation-labels.ts'

/** What to train, and on what. */
export interface TrainOptions extends ReadingOptions {
  /** A Kaggle folder, a folder of folders, or a CSV. */
  readonly data: string
  /** The run folder. */
  readonly out: string
  readonly preset?: string | undefined
  /** A timm name or a file of weights: short for the settings that belong to it, under those of `config` and `set`. */
  readonly backbone?: string | undefined
  /** The description of an ONNX file as `backbone`, where it does not lie beside it. */
  readonly modelConfig?: string | undefined
  /** Short for the setting of that name, under those of `config` and `set`. */
  readonly freeze?: number | 'all' | undefined
  /** What is to be other than in the preset. */
  readonly config?: ConfigPart | undefined
  /** The same as `path=value` assignments, over `config`. */
  readonly set?: readonly string[] | undefined
  readonly seed?: number | undefined
  /** Which photos train and which validate, as their `photoKey`s; photos on neither side are left out. */
  readonly split?: Sides<string> | undefined
  /** Go on with the run in `out`. */
  readonly resume?: boolean | undefined
  readonly overwrite?: boolean | undefined
  readonly threads?: number | undefined
  /** What runs the steps; the processor unless given. A run may be resumed on another one. */
  readonly device?: Device | undefined
  /** Of an ONNX file as `backbone`: memory that it may take, half of the machine's unless given. */
  readonly memoryLimitBytes?: number | undefined
  /** Download no weights; HF_HUB_OFFLINE says the same. */
  readonly offline?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((event: PrepareEvent) => void) | undefined
}

/** What is told before the first step. */
export type PrepareEvent =
  | { readonly kind: 'download'; readonly file: string; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly kind: 'weights'; readonly path: string; readonly tensors: number; readonly leftOut: readonly string[] }
  | { readonly kind: 'list'; readonly stage: ListStage; readonly done: number; readonly total: number }
  | { readonly kind: 'sizes'; readonly done: number; readonly total: number }
  | { readonly kind: 'times'; readonly done: number; readonly total: number }
  | { readonly kind: 'locate'; readonly done: number; readonly total: number }
  | { readonly kind: 'embed'; readonly done: number; readonly total: number }
  | { readonly kind: 'decode'; readonly done: number; readonly total: number }
  | { readonly kind: 'data'; readonly text: string }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string }

/** A run made ready, as plain data: it can be posted to a worker. */
export interface TrainJob {
  readonly run: string
  readonly config: TrainConfig
  readonly seed: number
  readonly resume: boolean
  readonly threads: number
  readonly device: Device
  /** What `auto` in the config means on the device. */
  readonly precision: StepPrecision
  readonly index: PixelIndex
  /** Identity of every photo of the index, and the known identities in the order of the head's rows. */
  readonly identities: readonly string[]
  readonly classes: readonly string[]
  readonly split: Split
  /** Of every photo of the index, '' where it is not known. */
  readonly encounters: readonly string[]
  /** The pretrained weights that it begins with; null for random numbers, and where a checkpoint has what they became. */
  readonly weightsPath: string | null
  /** Where the backbone is an ONNX file: that, and the file of the photos' embeddings. */
  readonly frozen: { readonly network: FrozenNetwork; readonly embedded: string } | null
}

/** Checks everything, decodes the photos, splits them, and writes the run folder's first files; before it writes it takes the lock. */
export async function prepareJob(given: TrainOptions, lock?: RunLock): Promise<TrainJob> {
  const { out, overwrite = false, resume = false, signal } = given
  if (resume) checkResumable(given)
  else checkNewRun(out, overwrite)
  if (existsSync(out)) await lock?.take(signal)
  const resumed = resume ? resumeRun(out, saidOf(given)) : undefined
  const options = { ...given, ...mergeReading(given, resumed?.record.reading) }
  const seed = resumed?.record.seed ?? options.seed ?? 0
  const threads = options.threads ?? resumed?.record.environment.threads ?? availableParallelism()
  const { device = 'cpu' } = options
  const { prepared, network } = await askedOf(options, resumed?.config)
  const precision = await precisionOn(device, prepared)
  const asksForSplit = resumed !== undefined || sets(changesOf(options), ['validation'])
  const sides = resumed === undefined ? options.split : givenSides(out, resumed)
  const listed = listPhotos(options, prepared, { isAsked: asksForSplit, sides, seed })
  await lookForPhotos(options, listed)
  // a checkpoint has what the weights became
  const continued = resumed !== undefined && existsSync(checkpointPath(out, 'last'))
  const wanted = continued ? null : prepared.weights
  const weightsPath = wanted === null ? null : await obtainWeights(wanted, prepared, options)
  const weights = network === undefined ? await checkWeights(weightsPath, prepared, options) : recordOf(network)
  const doubts = resumed === undefined ? doubtfulStart(prepared, saidOf(options)) : []
  const { store, identities, validation } = await openPhotos(options, prepared, listed, {
    hashes: resumed === undefined || prepared.validation === 'burst',
    seed,
  })
  const config = { ...prepared, validation }
  const { split, bursts } = await splitPhotos(store, config, { seed, sides })
  const { names: classes } = identitiesOf(split.train.map((row) => store.photos[row]!))
  const encounters = store.photos.map(({ encounter }) => encounter ?? '')
  const drawn = { config, seed, identities, classes, split, encounters }
  new Batches(drawn) // throws where the sampler cannot draw
  checkValidation(drawn)
  const record = describeRun(options, { config, store, split, classes, seed, weights, threads })
  if (resumed !== undefined) {
    checkSameData(out, resumed.record, record)
    if (!continued || network !== undefined) checkSameWeights(out, resumed.record, record)
  }
  const embedded = network && (await embedStore(network, store, { threads, ...embeddingOf(options) }))
  await lock?.take(signal)
  const leakage = resumed === undefined ? leakageIn(store, split) : undefined
  if (split.validation.length > 0) options.onProgress?.({ kind: 'note', text: splitNote(store, split, config) })
  if (bursts !== undefined && prepared.validation === 'burst')
    options.onProgress?.({ kind: 'note', text: `bursts: ${burstWords(bursts)}` })
  if (resumed === undefined) begin(options, { config, record, split, store, network, leakage, bursts })
  else sweepRun(out)
  for (const text of resumed?.notes ?? []) options.onProgress?.({ kind: 'note', text })
  const warnings = [
    ...(resumed?.warnings ?? []),
    ...warningsOf(store, split, config),
    ...(validationProtocol({ ...drawn, index: store.index }) === 'ownOnly' ? [ownEncounterOnly] : []),
    ...leakWarnings(leakage, config),
    ...(weightsPath === null ? [] : smallerThan(config)),
    ...doubts,
    ...(resumed === undefined ? doubtsOf(config, beginningOf(drawn, weights === null)) : []),
  ]
  for (const text of warnings) options.onProgress?.({ kind: 'warning', text })
  const frozen = network === undefined || embedded === undefined ? null : { network, embedded }
  return { run: out, ...drawn, resume, threads, device, precision, index: store.index, weightsPath, frozen }
}

function beginningOf({ split, classes, identities }: BatchSource, isRandom: boolean): Beginning {
  const validated = new Set(split.validation.map((row) => identities[row]!))
  const followed = classes.filter((name) => validated.has(name)).length
  return { photos: split.train.length, isRandom, followed }
}

/** The split of a run that was begun with one; undefined where its config and seed decide it. */
function givenSides(out: string, { config }: ResumedRun): Sides<string> | undefined {
  return config.validation === 'given' ? readRunData(out) : undefined
}

function embeddingOf({
  memoryLimitBytes,
  device,
  signal,
  onProgress,
}: TrainOptions): Omit<EmbedStoreOptions, 'threads'> {
  return { memoryLimitBytes, device, signal, onProgress: (done, total) => onProgress?.({ kind: 'embed', done, total }) }
}

function recordOf({ onnx, sha256 }: FrozenNetwork): RunRecord['weights'] {
  return { file: basename(onnx), sha256 }
}

/** Of the photos on a side of the split: what a split leaves out, as a proposed identity whose sighting validates, is not the run's. */
function hashOfSplit({ photos, contentHashes }: PixelStore, { train, validation }: Split): string {
  const rows = [...train, ...validation]
  return datasetHash(
    rows.map((row) => photos[row]!),
    rows.map((row) => contentHashes[row]!),
  )
}

function describeRun(
  options: TrainOptions,
  run: {
    config: TrainConfig
    store: PixelStore
    split: Split
    classes: readonly string[]
    seed: number
    weights: RunRecord['weights']
    threads: number
  },
): RunRecord {
  const { config, store, split, classes, seed, weights, threads } = run
  return {
    rosette: version(),
    commit: commit(),
    seed,
    data: options.data,
    workingFolder: workingFolderFrom(options.out),
    reading: mergeReading(options),
    dataHash: hashOfSplit(store, split),
    splitHash: hashSplit(store.photos, split),
    identities: [...classes],
    photos: { train: split.train.length, validation: split.validation.length, skipped: store.skipped.length },
    weights,
    environment: {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      threads,
    },
    started: new Date().toISOString(),
    config,
  }
}

/** Takes the place of the run that was, where it may; the folder is this process's. */
function begin(
  { out, overwrite = false }: TrainOptions,
  run: {
    config: TrainConfig
    record: RunRecord
    split: Split
    store: PixelStore
    network: FrozenNetwork | undefined
    leakage: Leakage | undefined
    bursts: BurstFindings | undefined
  },
): void {
  const { config, record, split, store, network, leakage, bursts } = run
  checkNewRun(out, overwrite) // it may have come while the photos were read
  removeRun(out, weightFiles(out))
  const marked = (rows: readonly number[]) => ({
    names: rows.map((row) => photoKey(store.photos[row]!)),
    contents: rows.map((row) => store.contentHashes[row]!),
    bytes: rows.map((row) => statSync(store.photos[row]!.path).size),
  })
  const [train, validation] = [marked(split.train), marked(split.validation)]
  const description =
    network === undefined
      ? describeModel(config.model.backbone, config.model, config.image)
      : headDescription(network, config)
  beginRun(out, {
    config,
    record,
    split: {
      train: train.names,
      validation: validation.names,
      contents: { train: train.contents, validation: validation.contents },
      bytes: { train: train.bytes, validation: validation.bytes },
      leakage,
      bursts,
    },
    skipped: store.skipped.map(({ photo }) => photoKey(photo)),
    describe: (folder) => writeModelDescription(folder, description),
  })
}

/** In what files the model of the run that was keeps weights; none where there is no model that can be read. */
function weightFiles(out: string): string[] {
  const onnx = join(out, 'model.onnx')
  try {
    return existsSync(onnx) ? externalFiles(decodeModel(readRegular(onnx, 'onnx'), onnx), onnx) : []
  } catch {
    return []
  }
}

/** Settings may be of those that can change, which `resumeRun` knows. @throws InputError for what a run has decided before. */
function checkResumable(options: TrainOptions): void {
  const decided = ['preset', 'backbone', 'modelConfig', 'freeze', 'seed', 'split'] as const
  const given = decided.filter((name) => options[name] !== undefined)
  check(
    given.length === 0,
    `\`resume\` goes on with the run’s own config and seed; leave out ${given.map((name) => `\`${name}\``).join(', ')}`,
  )
}

function checkSameData(out: string, before: RunRecord, now: RunRecord): void {
  check(before.dataHash === now.dataHash, `\`resume\`: the photos are not those that ${out} was begun with`)
  check(before.splitHash === now.splitHash, `\`resume\`: the split is not the one that ${out} was begun with`)
}

function checkSameWeights(out: string, before: RunRecord, now: RunRecord): void {
  const told = ({ weights }: RunRecord) => (weights === null ? 'random numbers' : `${weights.file} (${weights.sha256})`)
  check(
    before.weights?.sha256 === now.weights?.sha256,
    `\`resume\`: ${out} was begun from ${told(before)}, got ${told(now)}`,
  )
}

function warningsOf(store: PixelStore, split: Split, config: TrainConfig): string[] {
  const skipped = store.skipped.map((one) => `skipped ${one.photo.filename}: ${whySkipped(one)}`)
  const unmeasured = config.validation !== 'none' && split.validation.length === 0 ? [nothingAside(config)] : []
  const { warmupEpochs } = config.schedule
  const cold =
    warmupEpochs > config.epochs
      ? [
          `the learning rate grows for ${counted(warmupEpochs, 'epoch')}, of which the run has ${config.epochs} (schedule.warmupEpochs)`,
        ]
      : []
  return [...store.warnings, ...skipped, ...unmeasured, ...cold]
}
