import { closeSync, fstatSync, openSync, readFileSync, rmSync, utimesSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { InputError } from './check.ts'
import { makeFolder } from './make-folder.ts'
import { type Owner, ownerState, parseOwner, thisProcess } from './owner.ts'
import { naming } from './system-error.ts'

/** A lock's times, in milliseconds; unless given, a beat each 2 s, stale after 15 s, asked for each 0.2 s. */
interface LockTimes {
  /** How often a holder shows that it is alive, to those who cannot ask its machine. */
  readonly beatMs: number
  /** So long they watch it in silence until it counts as dead. */
  readonly staleMs: number
  readonly pollMs: number
}

const lockDefaults: LockTimes = { beatMs: 2_000, staleMs: 15_000, pollMs: 200 }

/** A lock that is held until it is released. */
export interface Lock {
  release(): void
}

/** How often a held lock is shown to be alive and asked for; `signal` ends the waiting. */
export interface LockOptions extends Partial<LockTimes> {
  readonly signal?: AbortSignal | undefined
}

/**
 * Holds the lock file `path` while `work` runs, after whoever holds it. A holder that died is not waited for: its process and the start of
 * its machine tell, and of another machine its silence, watched; never the age of the file.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const lock = await acquire(path, options, () => {})
  try {
    return await work()
  } finally {
    lock.release()
  }
}

/**
 * Takes the lock file `path`, or says who has it. @throws InputError `what is in use by process PID` where its holder lives.
 */
export async function takeLock(path: string, what: string, options: LockOptions = {}): Promise<Lock> {
  return acquire(path, options, (owner) => {
    const who = owner === undefined ? 'another process' : `process ${owner.pid}${placeOf(owner)}`
    throw new InputError(`${what} is in use by ${who}`, 'wait until it has ended, or end it')
  })
}

function placeOf({ host }: Owner): string {
  return host === thisProcess().host ? '' : ` of ${host}`
}

/** `onHeld` is told of a holder that lives. */
async function acquire(
  path: string,
  { signal, ...times }: LockOptions,
  onHeld: (owner: Owner | undefined) => void,
): Promise<Lock> {
  const { beatMs, staleMs, pollMs } = { ...lockDefaults, ...times }
  naming(path, () => makeFolder(dirname(path)))
  let watched: { readonly look: Look; readonly sinceMs: number } | undefined
  for (;;) {
    if (create(path)) return held(path, beatMs)
    const look = lookAt(path)
    if (look === undefined) continue // released in between
    if (isDead(look, staleMs)) {
      breakLock(path, look, staleMs)
      continue
    }
    if (look.state === 'running') onHeld(look.owner)
    const nowMs = performance.now()
    if (watched?.look.mark === look.mark) {
      if (look.state === 'unknown' && nowMs - watched.sinceMs > staleMs) breakLock(path, look, 0)
    } else {
      if (watched !== undefined && watched.look.text === look.text) onHeld(look.owner) // it beats
      watched = { look, sinceMs: nowMs }
    }
    await pause(pollMs, undefined, { signal }).catch(() => signal?.throwIfAborted())
  }
}

/** What a lock file tells at one moment. */
interface Look {
  readonly text: string
  readonly owner: Owner | undefined
  readonly state: 'running' | 'ended' | 'unknown'
  /** Another one after each beat. */
  readonly mark: string
  readonly mtimeMs: number
}

/** Opened anew each time: a network file system then tells how the file is now. */
function lookAt(path: string): Look | undefined {
  try {
    const file = openSync(path, 'r')
    try {
      const { mtimeMs, ino } = fstatSync(file)
      const text = readFileSync(file, 'utf8')
      const owner = parseOwner(text)
      const state = owner === undefined ? 'unknown' : ownerState(owner)
      return { text, owner, state, mark: `${ino} ${mtimeMs} ${text}`, mtimeMs }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** A file without an owner is of an earlier version, which went by age, or of a process that died between two lines. */
function isDead({ owner, state, mtimeMs }: Look, staleMs: number): boolean {
  return state === 'ended' || (owner === undefined && Date.now() - mtimeMs > staleMs)
}

/** One process at a time removes a dead holder's lock, and looks again before it does: it may be a living one's by now. */
function breakLock(path: string, seen: Look, staleMs: number): void {
  const breaking = `${path}.breaking`
  if (!create(breaking)) {
    const other = lookAt(breaking)
    if (other !== undefined && isDead(other, staleMs)) rmSync(breaking, { force: true })
    return
  }
  try {
    if (lookAt(path)?.mark === seen.mark) rmSync(path, { force: true })
  } finally {
    rmSync(breaking, { force: true })
  }
}

function create(path: string): boolean {
  try {
    naming(path, () => {
      const file = openSync(path, 'wx')
      try {
        writeSync(file, JSON.stringify(thisProcess()))
      } finally {
        closeSync(file)
      }
    })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function held(path: string, beatMs: number): Lock {
  const text = JSON.stringify(thisProcess())
  const beat = setInterval(() => touch(path), beatMs)
  beat.unref()
  return {
    release: () => {
      clearInterval(beat)
      if (lookAt(path)?.text === text) rmSync(path, { force: true })
    },
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {} // it was removed by hand: the work goes on
}
