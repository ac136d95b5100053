import { Command } from 'commander'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { check } from '../base/index.ts'
import { FailedCheck } from './exit.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

let out = ''
let err = ''
beforeEach(() => {
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true))
})
afterEach(() => vi.restoreAllMocks())

/** Runs `rosette jump --height N`, whose action is given. */
function runJump(action: (options: { height: string }) => void, ...args: string[]): Promise<number> {
  const jump = () => new Command('jump').requiredOption('--height <m>').action(action)
  return runProgram(args.length > 0 ? args : ['jump', '--height', '3'], [jump])
}

function throws(error: unknown): () => never {
  return () => {
    throw error
  }
}

test('a command that returns is exit 0 and gets its options', async () => {
  const action = vi.fn()
  expect(await runJump(action)).toBe(0)
  expect(action.mock.calls[0]![0]).toEqual({ height: '3' })
  expect(err).toBe('')
})

test('what the user can mend is told without a stack: exit 2', async () => {
  expect(await runJump(() => check(false, 'height: expected metres, got 3', 'add a unit'))).toBe(2)
  expect(err).toBe('rosette: height: expected metres, got 3\nhint: add a unit\n')
})

test('so is a part of the program that a command cannot load, in the words of its start: exit 2', async () => {
  const jump = () => new Command('jump').action(() => import('node:absent' as string))
  expect(await runProgram(['jump'], [jump], (error) => `a part is missing: ${(error as Error).message}`)).toBe(2)
  expect(err).toMatch(/^rosette: a part is missing: .*node:absent/)
})

test('so are missing files and full disks', async () => {
  const error = Object.assign(new Error("ENOSPC: no space left on device, write 'x'"), {
    code: 'ENOSPC',
    syscall: 'write',
  })
  expect(await runJump(throws(error))).toBe(2)
  expect(err).toBe('rosette: no space is left on the disk (ENOSPC, write)\nhint: make space, or choose another disk\n')
})

test('a failed check is exit 1, with no more words than it brings', async () => {
  expect(await runJump(throws(new FailedCheck()))).toBe(1)
  expect(err).toBe('')
  expect(await runJump(throws(new FailedCheck('too low')))).toBe(1)
  expect(err).toBe('rosette: too low\n')
})

test('a bug is told with its stack and a request to report it: exit 70', async () => {
  expect(await runJump(throws(new Error('internal: gravity')))).toBe(70)
  expect(err).toContain('Error: internal: gravity\n    at ')
  expect(err).toContain('please report it')
  expect(err).toContain(process.version)
})

test('mistyped commands and options: exit 2 and what was probably meant', async () => {
  expect(await runJump(() => {}, 'jmup')).toBe(2)
  expect(err).toContain("rosette: unknown command 'jmup'\n(Did you mean jump?)")
  err = ''
  expect(await runJump(() => {}, 'jump', '--height', '3', '--hieght', '3')).toBe(2)
  expect(err).toContain("rosette: unknown option '--hieght'\n(Did you mean --height?)")
})

test('a required option that is missing: exit 2, and the one that was mistyped', async () => {
  expect(await runJump(() => {}, 'jump')).toBe(2)
  expect(err).toBe("rosette: required option '--height <m>' not specified\n")
  err = ''
  expect(await runJump(() => {}, 'jump', '--hieght=3')).toBe(2)
  expect(err).toContain('(Did you mean --height by --hieght?)')
})

test('help and version are exit 0 and go to stdout', async () => {
  expect(await runProgram(['--version'], commands)).toBe(0)
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(await runProgram(['--help'], commands)).toBe(0)
  for (const command of commands) expect(out).toContain(command().name())
  expect(err).toBe('')
})

test('without a command the help goes to stderr: exit 2', async () => {
  expect(await runProgram([], commands)).toBe(2)
  expect([out, err.startsWith('Usage: rosette')]).toEqual(['', true])
})

test('every command has a description, a summary and an example', async () => {
  for (const command of commands) {
    out = ''
    expect(await runProgram([command().name(), '--help'], commands)).toBe(0)
    expect(out).toContain(`rosette ${command().name()} `)
    expect(out).not.toContain('default: []')
    expect(out).toMatch(/\nExamples?:\n {2}rosette /)
    expect([command().description(), command().summary()]).not.toContain('')
  }
})
