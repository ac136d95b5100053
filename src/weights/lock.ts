import { closeSync, mkdirSync, openSync, rmSync, statSync, utimesSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export interface LockTimes {
  /** How often a holder says that it is alive. */
  readonly beatMs: number
  /** After this silence the holder counts as dead. */
  readonly staleMs: number
  readonly pollMs: number
}

export const lockDefaults: LockTimes = { beatMs: 2_000, staleMs: 15_000, pollMs: 200 }

/**
 * Holds the lock file `path` while `work` runs, after whoever holds it; a holder that died is not waited for. It keeps processes
 * from doing the same work twice, and no more: two that believe to hold it must do no harm.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
  { beatMs, staleMs, pollMs }: LockTimes = lockDefaults,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true })
  while (!take(path)) {
    const heard = statSync(path, { throwIfNoEntry: false })?.mtimeMs
    if (heard !== undefined && Date.now() - heard > staleMs) rmSync(path, { force: true })
    else await pause(pollMs, undefined, { signal }).catch(() => signal?.throwIfAborted())
  }
  const beat = setInterval(() => touch(path), beatMs)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    rmSync(path, { force: true })
  }
}

function take(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {} // somebody took it from us; that does no harm
}
