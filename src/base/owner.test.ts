import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isLeftover, type Owner, ownerState, ownerTag, parseOwner, thisProcess } from './owner.ts'

const here = thisProcess()
const hasProc = existsSync('/proc/self/stat')

/** The pid of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid
}

test('this process runs, and says of itself what can be read back', () => {
  expect(ownerState(here)).toBe('running')
  expect(parseOwner(JSON.stringify(here))).toEqual(here)
  for (const text of ['', '{}', '[1]', 'x', '{"pid":-1}']) expect(parseOwner(text)).toBeUndefined()
})

describe('a process has ended', () => {
  test('when nobody has its pid', () => {
    expect(ownerState({ ...here, pid: endedPid() })).toBe('ended')
  })

  test.skipIf(!hasProc)('when its pid belongs to a process that began at another time', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    try {
      expect(ownerState({ ...here, pid: child.pid!, began: '1' })).toBe('ended')
      expect(ownerState({ ...here, pid: child.pid!, began: null })).toBe('running')
    } finally {
      child.kill('SIGKILL')
    }
  })

  test('when the machine was started again', () => {
    const [before, now]: Owner[] = [
      { ...here, boot: 'first' },
      { ...here, boot: 'second' },
    ]
    expect(ownerState(before!, now)).toBe('ended')
    expect(ownerState(before!, before)).toBe('running')
  })
})

test('where only a clock tells when the machine was started, a clock that was set ends nobody', () => {
  const now = { ...here, boot: 1_700_000_000_000 }
  expect(ownerState({ ...now, boot: now.boot + 60_000 }, now)).toBe('running')
  expect(ownerState({ ...now, boot: now.boot - 3_600_000 }, now)).toBe('unknown')
  expect(ownerState({ ...now, boot: now.boot - 3_600_000, pid: endedPid() }, now)).toBe('ended')
})

test('a process of another machine or container is not judged', () => {
  const gone = { ...here, pid: endedPid() }
  expect(ownerState({ ...gone, host: 'elsewhere', boot: 'another' })).toBe('unknown')
  expect(ownerState({ ...gone, namespace: 'pid:[1]' })).toBe('unknown')
})

test('a machine that got another name is the same machine', () => {
  const now = { ...here, boot: 'one' }
  expect(ownerState({ ...now, host: 'old-name' }, now)).toBe('running')
  expect(ownerState({ ...now, host: 'old-name', pid: endedPid() }, now)).toBe('ended')
})

test('a tag in a file’s name tells the same', () => {
  const ended = { ...here, pid: endedPid() }
  expect(isLeftover(ownerTag('00'))).toBe(false)
  expect(isLeftover(ownerTag('00', ended))).toBe(true)
  expect(isLeftover(ownerTag('00', { ...here, boot: 'an earlier start' }))).toBe(true)
  expect(isLeftover(ownerTag('00', { ...here, began: '1' }))).toBe(hasProc)
  expect(isLeftover(ownerTag('00', { ...ended, host: 'elsewhere' }))).toBe(false)
  expect(ownerTag('ab')).toMatch(new RegExp(`^${process.pid}-[0-9a-f]{14}ab$`))
})
