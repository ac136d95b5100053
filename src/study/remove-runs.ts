import { readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { isRunFolder, removeRun } from '../run/index.ts'

/** Removes the runs of a study, which lie in its folder under such names, but for one; what is not their own stays. */
export function removeRuns(folder: string, names: RegExp, kept?: string): void {
  for (const name of readdirSync(folder)) {
    const run = join(folder, name)
    if (!names.test(name) || run === kept || !isRunFolder(run)) continue
    removeRun(run)
    if (readdirSync(run).length === 0) rmdirSync(run)
  }
}
