import { readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemMessage } from './system-error.ts'

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

test('names the file and what to do', () => {
  const long = join(tmpdir(), 'x'.repeat(300))
  expect(systemMessage(thrownBy(() => readFileSync(long)))).toBe(
    `${long}: the name is too long (ENAMETOOLONG, open)\nhint: choose a shorter name`,
  )
  const loop = join(tmpdir(), `rosette-loop-${process.pid}`)
  symlinkSync(loop, loop)
  expect(systemMessage(thrownBy(() => readFileSync(loop)))).toContain(`${loop}: links that lead to each other (ELOOP`)
})

test.each(['EIO', 'EDQUOT', 'EFBIG', 'EMFILE', 'ENOSPC', 'ESTALE', 'EBUSY', 'EROFS'])('%s is told', (code) => {
  const error = Object.assign(new Error(`${code}: x, write`), { code, syscall: 'write', path: '/disk/a.npy' })
  expect(systemMessage(error)).toMatch(new RegExp(`^/disk/a.npy: .+ \\(${code}, write\\)\\nhint: .+`))
})

test('a bug is no error of the system', () => {
  expect(systemMessage(new Error('internal: x'))).toBeUndefined()
  expect(systemMessage(Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' }))).toBeUndefined()
})
