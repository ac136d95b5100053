import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { check, checkOutput, readJson, sweepTemporary } from '../base/index.ts'
import {
  type BoxFormat,
  datasetHash,
  hashSplit,
  identifiedOnly,
  identitiesOf,
  openDataset,
  openPixelStore,
  type Photo,
  type PixelIndex,
  type PixelStore,
  photoKey,
  type Split,
  stratifiedSplit,
} from '../data/index.ts'
import { describeModel, writeModelDescription } from '../embedder/index.ts'
import {
  backboneSettings,
  checkpointPath,
  commit,
  isOnnx,
  parseConfig,
  type RunRecord,
  readRecord,
  resolveConfig,
  type TrainConfig,
  trainConfigSchema,
  version,
  writeJson,
} from '../run/index.ts'
import { Batches } from './batches.ts'
import {
  type EmbedStoreOptions,
  embedStore,
  type FrozenNetwork,
  headDescription,
  readFrozenNetwork,
  withGeometry,
} from './embedded.ts'
import { checkWeights, doubtfulStart, obtainWeights, smallerThan } from './pretrained.ts'

export interface TrainOptions {
  /** A Kaggle folder, a folder of folders, or a CSV. */
  readonly data: string
  /** The run folder. */
  readonly out: string
  readonly preset?: string | undefined
  /** A timm name or a file of weights: short for the settings that belong to it, under those of `set`. */
  readonly backbone?: string | undefined
  /** The description of an ONNX file as `backbone`, where it does not lie beside it. */
  readonly modelConfig?: string | undefined
  /** Short for the setting of that name, under those of `set`. */
  readonly freeze?: number | 'all' | undefined
  /** `path=value` assignments over the preset. */
  readonly set?: readonly string[] | undefined
  readonly seed?: number | undefined
  /** Go on with the run in `out`. */
  readonly resume?: boolean | undefined
  readonly overwrite?: boolean | undefined
  readonly images?: string | undefined
  readonly columns?: Readonly<Record<string, string>> | undefined
  /** Labels that stand for nobody, in place of the usual ones. */
  readonly unidentified?: readonly string[] | undefined
  /** Labels that look alike are one. */
  readonly mergeSimilarLabels?: boolean | undefined
  /** What the four numbers of a table's boxes are. */
  readonly boxFormat?: BoxFormat | undefined
  readonly skipUnreadable?: boolean | undefined
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
  readonly threads?: number | undefined
  /** Download no weights; HF_HUB_OFFLINE says the same. */
  readonly offline?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((event: PrepareEvent) => void) | undefined
}

export type PrepareEvent =
  | { readonly kind: 'download'; readonly file: string; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly kind: 'weights'; readonly path: string; readonly tensors: number; readonly leftOut: readonly string[] }
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
  readonly index: PixelIndex
  /** Identity of every photo of the index, and the known identities in the order of the head's rows. */
  readonly identities: readonly string[]
  readonly classes: readonly string[]
  readonly split: Split
  /** The pretrained weights that it begins with; null for random numbers, and where a checkpoint has what they became. */
  readonly weightsPath: string | null
  /** Where the backbone is an ONNX file: that, and the file of the photos' embeddings. */
  readonly frozen: { readonly network: FrozenNetwork; readonly embedded: string } | null
}

const runFiles = [
  'config.json',
  'split.json',
  'model.json',
  'model.onnx',
  'model.onnx.data',
  'metrics.json',
  'log.jsonl',
  'checkpoints',
  'report', // of the run that was
  'run.json', // last: a folder half removed is still known for a run
]

/** Checks everything, decodes the photos, splits them, and writes the run folder's first files. */
export async function prepareJob(given: TrainOptions): Promise<TrainJob> {
  const resumed = given.resume === true ? readRun(given) : undefined
  const options = { ...given, ...readingOf(given, resumed?.record.reading) }
  const asked = resumed?.config ?? resolveConfig(presetOf(options), assignments(options))
  const seed = resumed?.record.seed ?? options.seed ?? 0
  if (resumed === undefined) {
    checkOutput(options.out, { overwrite: options.overwrite === true, kind: 'folder' })
    checkReplaceable(options.out)
  }
  const threads = options.threads ?? resumed?.record.environment.threads ?? availableParallelism()
  const network = isOnnx(asked.model.backbone) ? await readFrozenNetwork(asked) : undefined
  if (network !== undefined && resumed === undefined) checkHeadSettings(asked, resolveConfig(presetOf(options), []))
  const config = network === undefined ? asked : withGeometry(asked, network)
  // a checkpoint has what the weights became
  const continued = resumed !== undefined && existsSync(checkpointPath(options.out, 'last'))
  const wanted = continued ? null : config.weights
  const weightsPath = wanted === null ? null : await obtainWeights(wanted, config, options)
  const weights = network === undefined ? await checkWeights(weightsPath, config, options) : recordOf(network)
  const doubts = resumed === undefined ? doubtfulStart(config, options) : []
  const { store, identities } = await openPhotos(options, config)
  const { names: classes } = identitiesOf(store.photos)
  const split = splitPhotos(store, config, seed)
  const drawn = { config, seed, identities, classes, split }
  new Batches(drawn) // throws where the sampler cannot draw
  const record = describeRun(options, { store, split, classes, seed, weights, threads })
  if (resumed !== undefined) {
    checkSameData(options.out, resumed.record, record)
    if (!continued || network !== undefined) checkSameWeights(options.out, resumed.record, record)
  }
  const embedded = network && (await embedStore(network, store, { threads, ...embedProgress(options) }))
  if (resumed === undefined) beginRun(options, { config, record, split, store, network })
  for (const folder of [options.out, join(options.out, 'checkpoints')]) sweepTemporary(folder, { all: true })
  const warnings = [
    ...warningsOf(store, split, config),
    ...(weightsPath === null ? [] : smallerThan(config)),
    ...doubts,
  ]
  for (const text of warnings) options.onProgress?.({ kind: 'warning', text })
  const resume = resumed !== undefined
  const frozen = network === undefined || embedded === undefined ? null : { network, embedded }
  return { run: options.out, ...drawn, resume, threads, index: store.index, weightsPath, frozen }
}

function presetOf({ preset, backbone = '' }: TrainOptions): string {
  return preset ?? (isOnnx(backbone) ? 'head' : 'brief')
}

function embedProgress({ signal, onProgress }: TrainOptions): Omit<EmbedStoreOptions, 'threads'> {
  return { signal, onProgress: (done, total) => onProgress?.({ kind: 'embed', done, total }) }
}

function assignments({ backbone, modelConfig, freeze, set = [] }: TrainOptions): readonly string[] {
  const asOnnx = backbone !== undefined && isOnnx(backbone)
  check(modelConfig === undefined || asOnnx, '--model-config describes an .onnx file given as --backbone')
  return [
    ...(backbone === undefined ? [] : backboneSettings(backbone, set)),
    ...(modelConfig === undefined ? [] : [`backboneConfig=${modelConfig}`]),
    // the preset for ONNX files freezes: not said, it is not meant
    ...(freeze === undefined && !asOnnx ? [] : [`freeze=${freeze ?? 0}`]),
    ...set,
  ]
}

/** What happens inside of a network, or to photos before it. */
const withoutEffect: readonly (readonly string[])[] = [
  ...['pool', 'gemP', 'pixels', 'dropPath', 'layerScaleInit'].map((key) => ['model', key]),
  ...['affine', 'colorJitter', 'erasing'].map((key) => ['augment', key]),
  ...['backbone', 'layerDecay'].map((key) => ['rates', key]),
  ...[['chunk'], ['recompute'], ['precision']],
]

/** @throws InputError for a setting, other than the preset's, that cannot change a head on an ONNX file's embeddings. */
function checkHeadSettings(asked: TrainConfig, preset: TrainConfig): void {
  const at = (config: unknown, path: readonly string[]) =>
    JSON.stringify(path.reduce((value, key) => (value as Record<string, unknown>)[key], config))
  const changed = (path: readonly string[]) => at(asked, path) !== at(preset, path)
  const onnx = asked.model.backbone
  check(!changed(['image']), `image: the description of ${onnx} states how photos are prepared`)
  const idle = withoutEffect.find(changed)
  check(
    idle === undefined,
    `${idle?.join('.')}: without effect on a head trained on embeddings that ${onnx} makes once`,
  )
}

function recordOf({ onnx, sha256 }: FrozenNetwork): RunRecord['weights'] {
  return { file: basename(onnx), sha256 }
}

async function openPhotos(
  options: TrainOptions,
  config: TrainConfig,
): Promise<{ store: PixelStore; identities: string[] }> {
  const {
    images,
    columns,
    unidentified,
    mergeSimilarLabels,
    boxFormat,
    skipUnreadable = false,
    limitPixels,
    signal,
  } = options
  const whole = openDataset(options.data, {
    images,
    columns,
    unidentified,
    mergeSimilarLabels,
    boxFormat,
    part: 'train',
    requireIdentity: true,
    problems: 'collect',
  })
  if (whole.summary !== undefined) options.onProgress?.({ kind: 'data', text: whole.summary })
  for (const text of whole.notes ?? []) options.onProgress?.({ kind: 'note', text })
  const manifest = identifiedOnly(whole)
  const photos = [...manifest.photos].sort(byNameThenBox) // the run is the same in whatever order a CSV lists them
  const store = await openPixelStore({ ...manifest, photos }, config.image, {
    skipUnreadable,
    limitPixels,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, total) => options.onProgress?.({ kind: 'decode', done, total }),
  })
  const identities = store.photos.map(({ identity }) => identity!)
  check(new Set(identities).size >= 2, `${options.data}: expected photos of two identities or more`)
  return { store, identities }
}

function byNameThenBox(a: Photo, b: Photo): number {
  if (a.filename !== b.filename) return a.filename < b.filename ? -1 : 1
  const [p, q] = [a, b].map(({ box }) => (box === undefined ? [] : [box.x, box.y, box.width, box.height]))
  for (let i = 0; i < 4; i++) if (p![i] !== q![i]) return (p![i] ?? -1) - (q![i] ?? -1)
  return 0
}

function splitPhotos(store: PixelStore, config: TrainConfig, seed: number): Split {
  if (config.validation === 'none') return { train: store.photos.map((_, i) => i), validation: [] }
  return stratifiedSplit(store.photos, { fraction: config.validationFraction, seed })
}

function describeRun(
  options: TrainOptions,
  run: {
    store: PixelStore
    split: Split
    classes: readonly string[]
    seed: number
    weights: RunRecord['weights']
    threads: number
  },
): RunRecord {
  const { store, split, classes, seed, weights, threads } = run
  return {
    rosette: version(),
    commit: commit(),
    seed,
    data: options.data,
    reading: readingOf(options),
    dataHash: datasetHash(store.photos, store.contentHashes),
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
  }
}

function beginRun(
  { out, overwrite }: TrainOptions,
  run: {
    config: TrainConfig
    record: RunRecord
    split: Split
    store: PixelStore
    network: FrozenNetwork | undefined
  },
): void {
  const { config, record, split, store, network } = run
  if (overwrite === true) for (const name of runFiles) rmSync(join(out, name), { recursive: true, force: true })
  const names = (rows: readonly number[]) => rows.map((row) => photoKey(store.photos[row]!))
  const skipped = store.skipped.map(({ photo }) => photoKey(photo))
  writeJson(join(out, 'config.json'), config)
  mkdirSync(join(out, 'checkpoints'), { recursive: true })
  writeJson(join(out, 'split.json'), {
    train: names(split.train),
    validation: names(split.validation),
    ...(skipped.length === 0 ? {} : { skipped }),
  })
  writeModelDescription(
    out,
    network === undefined
      ? describeModel(config.model.backbone, config.model, config.image)
      : headDescription(network, config),
  )
  writeJson(join(out, 'run.json'), record)
}

/** An --overwrite must not meet a folder that is no run: what is in it is not ours to remove. */
function checkReplaceable(out: string): void {
  const ours = !existsSync(out) || readdirSync(out).length === 0 || isRun(out)
  check(ours, `--out: ${out} exists and is no run folder of rosette`, 'choose another name')
}

/** By what is in its files: a config.json may be anyone's. run.json is the last that a run's beginning writes. */
function isRun(out: string): boolean {
  const [config, record] = [join(out, 'config.json'), join(out, 'run.json')]
  if (existsSync(record)) return typeof (readJson(record) as Partial<RunRecord> | null)?.rosette === 'string'
  return existsSync(config) && trainConfigSchema.safeParse(readJson(config)).success
}

function readRun(options: TrainOptions): { config: TrainConfig; record: RunRecord } {
  const { out, preset, set = [], ...rest } = options
  const given =
    [preset, rest.backbone, rest.modelConfig, rest.freeze, rest.seed].some((value) => value !== undefined) ||
    set.length > 0
  check(
    !given,
    '--resume goes on with the run’s own config and seed; leave out --preset, --backbone, --freeze, --set, --batch and --seed',
  )
  const [configPath, recordPath] = [join(out, 'config.json'), join(out, 'run.json')]
  check(existsSync(recordPath), `--resume: ${out} is no run that was begun (run.json is missing)`)
  return { config: parseConfig(readJson(configPath), configPath), record: readRecord(out) }
}

/** How the photos' table is read: as said now, else as the run was begun. */
function readingOf(
  { images, columns, unidentified, mergeSimilarLabels, boxFormat, skipUnreadable, limitPixels }: TrainOptions,
  begun: RunRecord['reading'] = {},
): RunRecord['reading'] {
  return {
    images: images ?? begun.images,
    columns: columns ?? begun.columns,
    unidentified: unidentified === undefined ? begun.unidentified : [...unidentified],
    mergeSimilarLabels: mergeSimilarLabels ?? begun.mergeSimilarLabels,
    boxFormat: boxFormat ?? begun.boxFormat,
    skipUnreadable: skipUnreadable ?? begun.skipUnreadable,
    limitPixels: limitPixels ?? begun.limitPixels,
  }
}

function checkSameData(out: string, before: RunRecord, now: RunRecord): void {
  check(before.dataHash === now.dataHash, `--resume: the photos are not those that ${out} was begun with`)
  check(before.splitHash === now.splitHash, `--resume: the split is not the one that ${out} was begun with`)
}

function checkSameWeights(out: string, before: RunRecord, now: RunRecord): void {
  const told = ({ weights }: RunRecord) => (weights === null ? 'random numbers' : `${weights.file} (${weights.sha256})`)
  check(
    before.weights?.sha256 === now.weights?.sha256,
    `--resume: ${out} was begun from ${told(before)}, got ${told(now)}`,
  )
}

function warningsOf(store: PixelStore, split: Split, config: TrainConfig): string[] {
  const skipped = store.skipped.map(({ photo, reason }) => `skipped ${photo.filename}: ${reason}`)
  const unmeasured =
    config.validation !== 'none' && split.validation.length === 0
      ? ['no identity has four photos or more: nothing is set aside, and the last weights are kept as the best']
      : []
  const { warmupEpochs } = config.schedule
  const cold =
    warmupEpochs > config.epochs
      ? [
          `the learning rate grows for ${warmupEpochs} epochs, of which the run has ${config.epochs} (schedule.warmupEpochs)`,
        ]
      : []
  return [...store.warnings, ...skipped, ...unmeasured, ...cold]
}
