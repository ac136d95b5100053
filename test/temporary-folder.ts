import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const prefix = 'rosette-tests-'

/**
 * Everything that tests and the commands they start write into the temporary folder lies in one of its own, which goes at the end. Each project of the
 * suite calls this: one folder serves them all, for in one within another Chromium's socket has too long a path.
 */
export function setup(): () => void {
  if (basename(tmpdir()).startsWith(prefix)) return () => {}
  const before = process.env.TMPDIR
  const folder = mkdtempSync(join(tmpdir(), prefix))
  process.env.TMPDIR = folder
  return () => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(folder, { recursive: true, force: true })
  }
}
