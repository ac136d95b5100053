import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InputError } from './check.ts'
import { takeLock, withLock } from './lock.ts'
import { type Owner, thisProcess } from './owner.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rosette-lock-'))
  path = join(folder, 'lock')
})
afterEach(() => rmSync(folder, { recursive: true }))

const quick = { beatMs: 20, staleMs: 300, pollMs: 10 }

function leave(owner: Partial<Owner>): void {
  writeFileSync(path, JSON.stringify({ ...thisProcess(), ...owner }))
}

/** A process that holds the lock until it is killed. */
async function holder(): Promise<{ readonly pid: number; kill(): Promise<void> }> {
  const code = `
    import { takeLock } from ${JSON.stringify(new URL('../../dist/base/index.js', import.meta.url).href)}
    await takeLock(${JSON.stringify(path)}, 'it')
    setInterval(() => {}, 1000)
    console.log('held')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return { pid: child.pid!, kill }
}

test('a lock is there while it is held, and not after', async () => {
  const lock = await takeLock(path, 'it')
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(thisProcess())
  lock.release()
  expect(readdirSync(folder)).toEqual([])
})

test('one that lives is told by its process, however old its file looks; one that was killed is not waited for', async () => {
  const other = await holder()
  utimesSync(path, 0, 0)
  await expect(takeLock(path, 'runs/a', quick)).rejects.toThrow(
    new InputError(`runs/a is in use by process ${other.pid}`, 'wait until it has ended, or end it'),
  )
  await other.kill()
  utimesSync(path, Date.now() / 1000 + 9999, Date.now() / 1000 + 9999) // the clock was set back since
  const lock = await takeLock(path, 'runs/a')
  lock.release()
  expect(readdirSync(folder)).toEqual([])
})

test('of many that find a dead one’s, one has it at a time', async () => {
  leave({ pid: spawnSync(process.execPath, ['-e', '']).pid })
  let [inside, most] = [0, 0]
  const work = async () => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 5))
    inside--
  }
  await Promise.all(Array.from({ length: 8 }, () => withLock(path, work, quick)))
  expect([most, readdirSync(folder)]).toEqual([1, []])
})

describe('of another machine', () => {
  const elsewhere = { host: 'elsewhere', boot: 'another' }

  test('silence ends a lock', async () => {
    leave(elsewhere)
    const began = performance.now()
    const lock = await takeLock(path, 'it', quick)
    expect(performance.now() - began).toBeGreaterThan(quick.staleMs)
    lock.release()
  })

  test('a beat keeps it, whatever the clocks say', async () => {
    leave(elsewhere)
    let seconds = 1_000_000
    const beat = setInterval(() => utimesSync(path, --seconds, seconds), 30)
    try {
      await expect(takeLock(path, 'it', quick)).rejects.toThrow(`it is in use by process ${process.pid} of elsewhere`)
    } finally {
      clearInterval(beat)
    }
    expect(existsSync(path)).toBe(true)
  })
})

test('a lock that names nobody counts as dead when it is old, or silent', async () => {
  writeFileSync(path, '')
  utimesSync(path, 1, 1)
  await withLock(path, async () => {}, quick)
  writeFileSync(path, '')
  await withLock(path, async () => {}, quick)
  expect(readdirSync(folder)).toEqual([])
})

test('waiting ends when it is asked to', async () => {
  const lock = await takeLock(path, 'it')
  const stop = new AbortController()
  const waiting = withLock(path, async () => {}, { ...quick, signal: stop.signal })
  setTimeout(() => stop.abort(new Error('enough')), 30)
  await expect(waiting).rejects.toThrow('enough')
  lock.release()
})
