import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import * as z from 'zod'
import { check, checkReachable, readJson, readRegular, readSealedJson, settlePath, sha256Of } from '../base/index.ts'
import { type TrainConfig, trainConfigSchema } from './config.ts'
import { type ScannedLog, scanLog } from './log.ts'
import { runFiles, runNames } from './names.ts'
import { parseConfig } from './overrides.ts'
import { type PartOfRecord, readPartOfRecord } from './record.ts'
import { type CheckpointName, findCheckpoint, type RunData, readRunData } from './run-data.ts'

const score = z.number().nullish()
const interval = z.tuple([z.number(), z.number()])

const metricsSchema = z.looseObject({
  split: z.string().optional(),
  protocol: z.string().optional(),
  photos: z.int().min(0).optional(),
  trainedIdentities: z.int().min(0).optional(),
  rank1: score,
  rank5: score,
  identityBalancedRank1: score,
  map: score,
  identityBalancedMap: score,
  minp: score,
  chance: z
    .object({ rank1: z.number(), identityBalancedRank1: z.number().optional(), identityBalancedMap: z.number() })
    .optional(),
  intervals: z
    .object({
      identity: z
        .object({
          units: z.int(),
          scores: z.object({
            identityBalancedMap: interval,
            rank1: interval.optional(),
            identityBalancedRank1: interval.optional(),
          }),
        })
        .nullable(),
    })
    .optional(),
})

/** What a run measured of itself when it ended; null where it set no photos aside. */
export type RunMetrics = Readonly<z.output<typeof metricsSchema>>

/**
 * A metrics.json, or one like it, by a schema. Those of other programs, and of rosette before it sealed them, have no seal.
 * @throws InputError naming the file and every mistake in it, or that it was edited or damaged.
 */
export function readMetrics<S extends z.ZodType>(path: string, schema: S): z.output<S> {
  const hint = 'measure again; where you changed it yourself, leave its sha256 out'
  return readSealedJson(path, schema, { hint, mayLackSeal: true })
}

/** True for a folder that `train` wrote: begun at least, or what is left of it with its checkpoints. */
export function isRunFolder(folder: string): boolean {
  settlePath(folder)
  return existsSync(join(folder, runNames.record)) || hasCheckpoints(folder)
}

/** True where there are checkpoints: without them its model is what its training's end wrote. */
export function hasCheckpoints(folder: string): boolean {
  return existsSync(join(folder, runNames.checkpoints))
}

/**
 * True where what is in a folder is a run's, and so may be replaced by another run: its run.json names rosette's version, or, where its
 * beginning was cut short, its config.json is a configuration. A config.json by itself may be anyone's.
 */
export function isReplaceableRun(folder: string): boolean {
  const [record, config] = [runNames.record, runNames.config].map((name) => join(folder, name))
  if (existsSync(record!)) return z.looseObject({ rosette: z.string() }).safeParse(readJson(record!)).success
  return existsSync(config!) && trainConfigSchema.safeParse(readJson(config!)).success
}

/** A run folder, and the one reader of what is in it. Everything is read when it is asked for. */
export class RunFolder {
  readonly path: string

  /** @throws InputError where the folder is no run. */
  constructor(path: string) {
    checkReachable(path)
    check(isRunFolder(path), `${path}: no run: it has no ${runNames.record}`, 'a folder that `train()` wrote')
    this.path = path
  }

  /** Of run.json what is there. @throws InputError naming every mistake in it. */
  record(): PartOfRecord {
    return readPartOfRecord(this.path)
  }

  /** The settings as they stand in config.json; null where there is none. */
  settings(): unknown {
    const path = join(this.path, runNames.config)
    return existsSync(path) ? readJson(path) : null
  }

  /** The settings checked. @throws InputError with every mistake. */
  config(): TrainConfig {
    const path = join(this.path, runNames.config)
    return parseConfig(readJson(path), path)
  }

  /** SHA-256 of config.json; null where there is none. */
  configHash(): string | null {
    const path = join(this.path, runNames.config)
    return existsSync(path) ? sha256Of(readRegular(path, 'json')) : null
  }

  /** False before its photos were divided. */
  hasSplit(): boolean {
    return existsSync(join(this.path, runNames.split))
  }

  /** @throws InputError naming the file that is missing or malformed. */
  data(): RunData {
    return readRunData(this.path)
  }

  /** Where its log lies, which may not be there yet. */
  get logPath(): string {
    return join(this.path, runNames.log)
  }

  log(): ScannedLog {
    return scanLog(this.logPath)
  }

  /** What it measured when it ended; undefined before. */
  metrics(): RunMetrics | undefined {
    const path = join(this.path, runNames.metrics)
    return existsSync(path) ? readMetrics(path, metricsSchema) : undefined
  }

  /** The checkpoint asked for, else the best, else the last. @throws InputError where there is none. */
  checkpoint(which?: CheckpointName): { readonly name: CheckpointName; readonly path: string } {
    return findCheckpoint(this.path, which)
  }

  /** Files that it and its report are made of: no output may take the place of one. */
  files(): string[] {
    return [...runFiles, ...reportFiles].map((name) => join(this.path, name))
  }
}

const reportFiles = ['report.html', 'metrics.json', 'map.csv'].map((name) => join(runNames.report, name))

/** Refuses an output that would replace a file of a run. @throws InputError naming file and run. */
export function checkNoRunFile(path: string, option = 'out'): void {
  const folders = [dirname(resolve(path)), dirname(dirname(resolve(path)))]
  const run = folders.find(isRunFolder)
  const own = run !== undefined && new RunFolder(run).files().includes(resolve(path))
  check(!own, `\`${option}\`: ${path} is a file of the run in ${run}, and is not replaced`, 'choose another name')
}
