import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import * as z from 'zod'

const ownerSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** Linux: the namespace in which the pid counts, a container's own; null where the system has none. */
  namespace: z.string().nullable(),
  /** Linux: the id of this start of the machine; elsewhere the time of it in ms since 1970, as the clock tells it. */
  boot: z.union([z.string(), z.number()]),
  /** Linux: when the process began, in ticks since the machine was started; null where the system does not tell. */
  began: z.string().nullable(),
})

/** A process, told apart from every other one, also from those that get its pid after it. */
export type Owner = Readonly<z.output<typeof ownerSchema>>

/** ended: it is sure that the process is gone. unknown: it belongs to another machine or container, which cannot be asked. */
export type OwnerState = 'running' | 'ended' | 'unknown'

/** This process. */
export function thisProcess(): Owner {
  own ??= {
    pid: process.pid,
    host: hostname(),
    namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? bootTimeMs(),
    began: beginOf(process.pid),
  }
  return own
}
let own: Owner | undefined

/** What a file says of its owner; undefined where it says nothing that is one. */
export function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** How far the start of a machine may seem to move, where it is reckoned from a clock. */
const bootToleranceMs = 120_000

/**
 * Whether the process still runs. No clock decides: a process is gone when its pid is, or belongs to a process that began at
 * another time, or when the machine was started again.
 */
export function ownerState(owner: Owner, here: Owner = thisProcess()): OwnerState {
  const sameBoot = bootIs(owner.boot, here.boot)
  if (owner.host !== here.host && !(sameBoot && typeof owner.boot === 'string')) return 'unknown'
  if (typeof owner.boot === 'string' && !sameBoot) return 'ended'
  if (owner.namespace !== here.namespace) return 'unknown'
  if (!isAlive(owner.pid)) return 'ended'
  if (!sameBoot) return 'unknown' // the clock was set, or the machine started again and gave the pid to another
  const began = beginOf(owner.pid)
  return owner.began === null || began === null || owner.began === began ? 'running' : 'ended'
}

function bootIs(a: Owner['boot'], b: Owner['boot']): boolean {
  return typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) < bootToleranceMs : a === b
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false // EPERM: somebody else's
  }
  return !hasEnded(statOf(pid)?.[0])
}

/** A process that has ended keeps its pid until its parent asks how: Z, a zombie; X, while it is taken away. */
function hasEnded(state: string | undefined): boolean {
  return state === 'Z' || state === 'X'
}

function beginOf(pid: number): string | null {
  return statOf(pid)?.[19] ?? null
}

/** /proc/PID/stat from its third field, the state, on; the second, in parentheses, may have spaces. */
function statOf(pid: number): string[] | undefined {
  const stat = orNull(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function bootTimeMs(): number {
  return Math.round(Date.now() - uptime() * 1000)
}

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

const placeDigits = 6
const lifeDigits = 8

/** `PID-HEX`: a process as part of a file's name. HEX: where its pid counts, its life, and `random`. */
export function ownerTag(random: string, owner: Owner = thisProcess()): string {
  return `${owner.pid}-${placeOf(owner)}${lifeOf(owner)}${random}`
}

/** True where a tag's process is of this machine and container, and has ended. */
export function isLeftover(tag: string, here: Owner = thisProcess()): boolean {
  const [pid, hex = ''] = tag.split('-')
  if (!hex.startsWith(placeOf(here))) return false
  const life = hex.slice(placeDigits, placeDigits + lifeDigits)
  if (Number(pid) === here.pid) return life !== lifeOf(here)
  return !isAlive(Number(pid)) || life !== lifeOf({ ...here, pid: Number(pid), began: beginOf(Number(pid)) })
}

function placeOf({ host, namespace }: Owner): string {
  return digits(JSON.stringify([host, namespace]), placeDigits)
}

/** A start of the machine that is reckoned from a clock does not count: it would change when the clock is set. */
function lifeOf({ boot, began }: Owner): string {
  return digits(JSON.stringify([typeof boot === 'string' ? boot : null, began]), lifeDigits)
}

function digits(text: string, count: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, count)
}
