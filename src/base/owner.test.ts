import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
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

  test.skipIf(!hasProc)('when its parent has not asked for its end yet: a zombie', async () => {
    // The shell's child waits for a line until the shell has become a program that asks for no child.
    const parent = spawn('sh', ['-c', 'exec 3<&0; sh -c "read line" <&3 & echo $!; exec sleep 60'])
    const until = async (isTrue: () => boolean) => {
      while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    try {
      const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)))
      await until(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n')
      parent.stdin.end('\n')
      const stat = () => readFileSync(`/proc/${pid}/stat`, 'latin1')
      await until(() => stat().includes(') Z '))
      const began = stat().split(') ')[1]!.split(' ')[19]!
      const zombie = { ...here, pid, began }
      expect(() => process.kill(pid, 0)).not.toThrow() // the system still knows it
      expect(ownerState(zombie)).toBe('ended')
      expect(isLeftover(ownerTag('00', zombie))).toBe(true)
    } finally {
      parent.kill('SIGKILL')
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
