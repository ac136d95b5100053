import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { check, checkOutput } from '../base/index.ts'
import { ensembleFile } from '../embedder/index.ts'
import { isRunFolder, RunFolder, runNames } from '../run/index.ts'
import { hasPlan, planFile } from './fold-plan.ts'
import { removeRuns } from './remove-runs.ts'

/** What a cross-validation's folder has, beside a run folder for each fold. */
export const cvNames = {
  plan: planFile,
  scores: 'cv.json',
  embeddings: 'out-of-fold.npy',
  table: 'out-of-fold.csv',
  ensemble: ensembleFile,
  /** There while a process collects the folds. */
  lock: 'cv.lock',
} as const

/** The run folder of a fold, counted from 1. */
export function foldFolder(folder: string, fold: number): string {
  return join(folder, foldName(fold))
}

export function foldName(fold: number): string {
  return `fold-${fold}`
}

/** True where a fold's training has come to its end: its scores are written last. */
export function isFinished(folder: string, fold: number): boolean {
  const run = foldFolder(folder, fold)
  return isRunFolder(run) && new RunFolder(run).metrics() !== undefined
}

/** True where a fold was begun. */
export function isBegun(folder: string, fold: number): boolean {
  return existsSync(join(foldFolder(folder, fold), runNames.record))
}

/** @throws InputError where something else than a cross-validation lies there, or one that may not be replaced. */
export function checkNewCv(folder: string, overwrite: boolean): void {
  check(
    overwrite || !hasPlan(folder),
    `\`out\`: ${folder} exists already, a cross-validation`,
    '`resume` goes on with it, and keeps the folds that are finished; `overwrite` begins anew',
  )
  checkOutput(folder, { overwrite: overwrite || isEmptyFolder(folder), kind: 'folder' })
  check(
    !existsSync(folder) || isEmptyFolder(folder) || hasPlan(folder),
    `\`out\`: ${folder} exists and is no cross-validation`,
    'choose another name',
  )
}

/** Removes a cross-validation from its folder, the plan last; what is not its own stays. */
export function removeCv(folder: string): void {
  removeRuns(folder, /^fold-\d+$/)
  removeCollected(folder)
  for (const name of [runNames.postProcessing, cvNames.plan]) rmSync(join(folder, name), { force: true })
}

/** Removes what was made of all folds: it is not of one that is trained again. */
export function removeCollected(folder: string): void {
  const { ensemble, scores, embeddings, table } = cvNames
  for (const name of [ensemble, scores, embeddings, table]) rmSync(join(folder, name), { force: true })
}

function isEmptyFolder(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length === 0
}
