import { afterAll } from 'vitest'

/** Test files share a process: what one sets in its environment is gone for the next, which also begins anew itself, for hooks of skipped files do not run. */
const kept = globalThis as { environmentOfTests?: NodeJS.ProcessEnv }
kept.environmentOfTests ??= { ...process.env }
const before = kept.environmentOfTests

function putBack(): void {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
  Object.assign(process.env, before)
}
putBack()
afterAll(putBack)
