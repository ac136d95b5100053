import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check } from '../base/index.ts'
import { checkpointPath } from './checkpoint.ts'
import type { TrainConfig } from './config.ts'
import { changedSettings } from './edits.ts'
import { runNames } from './names.ts'
import { changedConfig } from './overrides.ts'
import { type RunRecord, readRecord } from './record.ts'
import { RunFolder } from './run-folder.ts'
import { type ConfigChange, settingsOf } from './setting.ts'

/** A run that was begun, to go on with. */
export interface ResumedRun {
  readonly config: TrainConfig
  readonly record: RunRecord
  /** Where its config.json says otherwise than it did when the run was begun. */
  readonly warnings: readonly string[]
  /** What is other than there from here on, as it was asked for. */
  readonly notes: readonly string[]
}

/** What a machine does with a step, and not what is learned: these may change when a run goes on, on another device say. */
const changeable = ['precision', 'recompute', 'chunk', 'checkpointMinutes']

/**
 * A begun run's configuration and record; settings that were edited since are told as warnings. `changes` apply from here on, and are not
 * written down, no more than the device is. @throws InputError where no run was begun in `out`, and for a change of what is learned.
 */
export function resumeRun(out: string, changes: readonly ConfigChange[] = []): ResumedRun {
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
  const own = run.config()
  checkChangeable(own, changes)
  const config = changedConfig(own, changes)
  const notes = changedSettings(own, config).map((change) => `from here on ${change}`)
  return { config, record, warnings, notes }
}

function checkChangeable(config: TrainConfig, changes: readonly ConfigChange[]): void {
  const decided = settingsOf(changes, config).find(({ path }) => path.length > 0 && !changeable.includes(path[0]!))
  check(
    decided === undefined,
    `\`resume\` goes on with the run’s own config and seed; leave out ${decided?.where}`,
    `${changeable.join(', ')} may change: they change how a step is computed, not what is learned`,
  )
}
