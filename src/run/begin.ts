import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { check, checkOutput, makeFolder, sweepTemporary, writeSealedJson } from '../base/index.ts'
import type { TrainConfig } from './config.ts'
import { isReportFile, runFiles, runNames } from './names.ts'
import { type RunRecord, writeJson, writeRecord } from './record.ts'
import type { RunData } from './run-data.ts'
import { isReplaceableRun } from './run-folder.ts'

/**
 * That a run may be begun in `out`. @throws InputError where something is there, unless it is a run and may be overwritten: what is in
 * any other folder is not ours to remove.
 */
export function checkNewRun(out: string, overwrite: boolean): void {
  const isFolder = statSync(out, { throwIfNoEntry: false })?.isDirectory() === true
  const isEmpty = isFolder && readdirSync(out).every((name) => name === runNames.lock)
  check(
    overwrite || !isFolder || !isUnfinished(out),
    `\`out\`: ${out} is a run that has not finished`,
    'go on with it with `resume`, choose another name, or add `overwrite`',
  )
  checkOutput(out, { overwrite: overwrite || (isEmpty && existsSync(join(out, runNames.lock))), kind: 'folder' })
  const ours = !existsSync(out) || isEmpty || isReplaceableRun(out)
  const why = existsSync(join(out, runNames.record)) ? `: its ${runNames.record} names no version of rosette` : ''
  check(ours, `\`out\`: ${out} exists and is no run folder of rosette${why}`, 'choose another name')
}

/** True for a run that was begun and has not measured itself, which is the last thing that a training does. */
function isUnfinished(folder: string): boolean {
  return existsSync(join(folder, runNames.record)) && !existsSync(join(folder, runNames.metrics))
}

/** What a run's folder has before its first step. */
export interface RunBeginning {
  readonly config: TrainConfig
  readonly record: RunRecord
  readonly split: Pick<RunData, 'train' | 'validation' | 'contents' | 'bytes' | 'leakage' | 'bursts'>
  /** Photos that were left out. */
  readonly skipped: readonly string[]
  /** Writes what describes the model. */
  readonly describe: (folder: string) => void
}

/** Writes the first files of a run into its folder, the record last. The caller holds the run's lock. */
export function beginRun(out: string, { config, record, split, skipped, describe }: RunBeginning): void {
  writeJson(join(out, runNames.config), config)
  makeFolder(join(out, runNames.checkpoints))
  writeSealedJson(join(out, runNames.split), { ...split, ...(skipped.length === 0 ? {} : { skipped }) })
  describe(out)
  writeRecord(out, record)
}

/**
 * Removes a run from its folder, its report too: nothing of it is left for the next one, and nothing else is touched. `others` are files of
 * its model that have names of their own.
 */
export function removeRun(out: string, others: readonly string[] = []): void {
  sweepRun(out)
  const report = join(out, runNames.report)
  if (existsSync(report))
    for (const name of readdirSync(report)) if (isReportFile(name)) rmSync(join(report, name), { force: true })
  for (const name of [...others, ...runFiles]) rmSync(join(out, name), { force: true })
  for (const folder of [report, join(out, runNames.checkpoints)])
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
}

/** Removes what kills left half written. The caller holds the run's lock. */
export function sweepRun(out: string): void {
  for (const folder of [out, join(out, runNames.checkpoints)]) sweepTemporary(folder, { all: true })
}
