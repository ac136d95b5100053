import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check } from '../base/index.ts'
import { checkpointPath } from './checkpoint.ts'
import type { TrainConfig } from './config.ts'
import { changedSettings } from './edits.ts'
import { runNames } from './names.ts'
import { type RunRecord, readRecord } from './record.ts'
import { RunFolder } from './run-folder.ts'

/** A run that was begun, to go on with. */
export interface ResumedRun {
  readonly config: TrainConfig
  readonly record: RunRecord
  /** Where its config.json says otherwise than it did when the run was begun. */
  readonly warnings: readonly string[]
}

/**
 * A begun run's configuration and record; settings that were edited since are told as warnings. @throws InputError
 * where no run was begun in `out`.
 */
export function resumeRun(out: string): ResumedRun {
  check(
    existsSync(join(out, runNames.record)),
    `\`resume\`: ${out} is no run that was begun (${runNames.record} is missing)`,
  )
  const [run, record] = [new RunFolder(out), readRecord(out)]
  const edited = record.config === undefined ? [] : changedSettings(record.config, run.settings())
  const from = existsSync(checkpointPath(out, 'last')) ? 'the steps to come follow it' : 'the run follows it'
  const warnings = edited.map(
    (change) => `${join(out, runNames.config)} was edited since the run was begun, and ${from}: ${change}`,
  )
  return { config: run.config(), record, warnings }
}
