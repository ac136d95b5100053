import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { check, checkAbsent, InputError, writeFileAtomic } from '../base/index.ts'
import {
  checkAugmentation,
  datasetHash,
  hashSplit,
  identitiesOf,
  openDataset,
  openPixelStore,
  type PixelIndex,
  type PixelStore,
  type Split,
  stratifiedSplit,
} from '../data/index.ts'
import { describeModel, writeModelDescription } from '../identify/index.ts'
import { backboneConfig } from '../models/index.ts'
import { findWeights } from '../weights/index.ts'
import { type TrainConfig, trainConfigSchema } from './config.ts'
import { parseConfig, resolveConfig } from './overrides.ts'
import { commit, version } from './version.ts'

export interface TrainOptions {
  /** A Kaggle folder, a folder of folders, or a CSV. */
  readonly data: string
  /** The run folder. */
  readonly out: string
  readonly preset?: string | undefined
  /** `path=value` assignments over the preset. */
  readonly set?: readonly string[] | undefined
  readonly seed?: number | undefined
  /** Go on with the run in `out`. */
  readonly resume?: boolean | undefined
  readonly overwrite?: boolean | undefined
  readonly images?: string | undefined
  readonly columns?: Readonly<Record<string, string>> | undefined
  readonly skipUnreadable?: boolean | undefined
  readonly threads?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((event: PrepareEvent) => void) | undefined
}

export type PrepareEvent =
  | { readonly kind: 'decode'; readonly done: number; readonly total: number }
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
}

/** What a run records of itself before its first step. */
export interface RunRecord {
  readonly rosette: string
  /** Null where rosette does not run from a clone. */
  readonly commit: string | null
  readonly seed: number
  readonly data: string
  readonly dataHash: string
  readonly splitHash: string
  readonly identities: readonly string[]
  readonly photos: { readonly train: number; readonly validation: number; readonly skipped: number }
  readonly environment: Readonly<Record<string, string | number>>
  readonly started: string
}

const runFiles = [
  'config.json',
  'run.json',
  'split.json',
  'model.json',
  'model.onnx',
  'model.onnx.data',
  'metrics.json',
  'log.jsonl',
  'checkpoints',
]

/** Checks everything, decodes the photos, splits them, and writes the run folder's first files. */
export async function prepareJob(options: TrainOptions): Promise<TrainJob> {
  const resumed = options.resume === true ? readRun(options) : undefined
  const config = resumed?.config ?? resolveConfig(options.preset ?? 'brief', options.set)
  const seed = resumed?.record.seed ?? options.seed ?? 0
  if (resumed === undefined) {
    checkAbsent(options.out, options.overwrite === true)
    checkReplaceable(options.out)
  }
  backboneConfig(config.model)
  checkAugmentation(config.augment)
  if (config.weights !== null) findWeights(config.weights) // throws for a file that is not there
  const { store, identities } = await openPhotos(options, config)
  const { names: classes } = identitiesOf(store.photos)
  const split = splitPhotos(store, config, seed)
  const record = describeRun(options, { store, split, classes, seed })
  if (resumed === undefined) beginRun(options, { config, record, split, store })
  else checkSameData(options.out, resumed.record, record)
  for (const text of warningsOf(store, split, config)) options.onProgress?.({ kind: 'warning', text })
  const threads = options.threads ?? availableParallelism()
  return {
    run: options.out,
    config,
    seed,
    resume: resumed !== undefined,
    threads,
    index: store.index,
    identities,
    classes,
    split,
  }
}

async function openPhotos(
  options: TrainOptions,
  config: TrainConfig,
): Promise<{ store: PixelStore; identities: string[] }> {
  const { images, columns, skipUnreadable = false, signal } = options
  const manifest = openDataset(options.data, {
    images,
    columns,
    part: 'train',
    requireIdentity: true,
    problems: 'collect',
  })
  const store = await openPixelStore(manifest, config.image, {
    skipUnreadable,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, total) => options.onProgress?.({ kind: 'decode', done, total }),
  })
  const identities = store.photos.map(({ identity }) => identity!)
  check(new Set(identities).size >= 2, `${options.data}: expected photos of two identities or more`)
  return { store, identities }
}

function splitPhotos(store: PixelStore, config: TrainConfig, seed: number): Split {
  if (config.validation === 'none') return { train: store.photos.map((_, i) => i), validation: [] }
  return stratifiedSplit(store.photos, { fraction: config.validationFraction, seed })
}

function describeRun(
  options: TrainOptions,
  run: { store: PixelStore; split: Split; classes: readonly string[]; seed: number },
): RunRecord {
  const { store, split, classes, seed } = run
  return {
    rosette: version(),
    commit: commit(),
    seed,
    data: options.data,
    dataHash: datasetHash(store.photos, store.contentHashes),
    splitHash: hashSplit(store.photos, split),
    identities: classes,
    photos: { train: split.train.length, validation: split.validation.length, skipped: store.skipped.length },
    environment: {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      threads: options.threads ?? availableParallelism(),
    },
    started: new Date().toISOString(),
  }
}

function beginRun(
  { out, overwrite }: TrainOptions,
  run: { config: TrainConfig; record: RunRecord; split: Split; store: PixelStore },
): void {
  const { config, record, split, store } = run
  if (overwrite === true) for (const name of runFiles) rmSync(join(out, name), { recursive: true, force: true })
  const names = (rows: readonly number[]) => rows.map((row) => store.photos[row]!.filename)
  writeJson(join(out, 'config.json'), config)
  mkdirSync(join(out, 'checkpoints'), { recursive: true })
  writeJson(join(out, 'split.json'), { train: names(split.train), validation: names(split.validation) })
  writeModelDescription(out, describeModel(config.model.backbone, config.model, config.image))
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
  const { out, preset, set, seed } = options
  const given = preset !== undefined || (set !== undefined && set.length > 0) || seed !== undefined
  check(!given, '--resume goes on with the run’s own config and seed; leave out --preset, --set and --seed')
  const [configPath, recordPath] = [join(out, 'config.json'), join(out, 'run.json')]
  check(existsSync(recordPath), `--resume: ${out} is no run that was begun (run.json is missing)`)
  return { config: parseConfig(readJson(configPath), configPath), record: readJson(recordPath) as RunRecord }
}

function checkSameData(out: string, before: RunRecord, now: RunRecord): void {
  check(before.dataHash === now.dataHash, `--resume: the photos are not those that ${out} was begun with`)
  check(before.splitHash === now.splitHash, `--resume: the split is not the one that ${out} was begun with`)
}

function warningsOf(store: PixelStore, split: Split, config: TrainConfig): string[] {
  const skipped = store.skipped.map(({ photo, reason }) => `skipped ${photo.filename}: ${reason}`)
  const unmeasured =
    config.validation !== 'none' && split.validation.length === 0
      ? ['no identity has four photos or more: nothing is set aside, and the last weights are kept as the best']
      : []
  return [...store.warnings, ...skipped, ...unmeasured]
}

export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
}

export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new InputError(`${path}: not JSON (${(error as Error).message})`)
  }
}
