import { mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { finalName } from './final-name.ts'
import { naming, systemMessage } from './system-error.ts'
import { temporaryName } from './temporary.ts'
import { packError, unpackError } from './thrown.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-system-error-'))

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

/** As Node throws it. */
function systemError(code: string, more: object = {}): Error {
  return Object.assign(new Error(`${code}: x, write`), { code, syscall: 'write', ...more })
}

test('names the file and what to do', () => {
  const long = join(folder, 'x'.repeat(300))
  expect(systemMessage(thrownBy(() => readFileSync(long)))).toBe(
    `${long}: the name is too long (ENAMETOOLONG, open)\nhint: choose a shorter name: while it is written, a file has some 30 letters more`,
  )
  const looked = systemMessage(thrownBy(() => statSync(long)))
  expect(looked).toBe(
    `${long}: the name is too long (ENAMETOOLONG, stat)\nhint: no file of this system can have such a name: look at the name`,
  )
  const loop = join(folder, 'loop')
  symlinkSync(loop, loop)
  expect(systemMessage(thrownBy(() => readFileSync(loop)))).toContain(`${loop}: links that lead to each other (ELOOP`)
})

test.each(['EIO', 'EDQUOT', 'EFBIG', 'EMFILE', 'ENOSPC', 'ESTALE', 'EBUSY', 'EROFS', 'EXDEV', 'ENOTSUP', 'EREMOTEIO'])(
  '%s is told',
  (code) => {
    const error = systemError(code, { path: '/disk/a.npy' })
    expect(systemMessage(error)).toMatch(new RegExp(`^/disk/a.npy: .+ \\(${code}, write\\)\\nhint: .+`))
  },
)

test('an error of a call that names no file names the one that is written, in a worker too', () => {
  const error = thrownBy(() => naming('/disk/a.npy', () => thrownAs(systemError('EFBIG', { errno: -27 }))))
  const told =
    '/disk/a.npy: the file would be larger than the system allows (EFBIG, write)\nhint: look at `ulimit -f` and at the file system'
  expect(systemMessage(error)).toBe(told)
  expect(String(error)).toBe("Error: EFBIG: file too large, write '/disk/a.npy'")
  expect(systemMessage(unpackError(structuredClone(packError(error))))).toBe(told)
})

test('a temporary name is told as the one that it stands for', () => {
  const file = join(folder, 'a.npy')
  expect(finalName(temporaryName(file))).toBe(file)
  expect(finalName(temporaryName(`${file}.old`))).toBe(file)
  expect(finalName(join(temporaryName(join(folder, '.report')), 'page.html'))).toBe(join(folder, 'report', 'page.html'))
  expect(finalName(join(folder, '.hidden', 'v1.2-3.tmp'))).toBe(join(folder, '.hidden', 'v1.2-3.tmp'))
  const renamed = systemError('EXDEV', { path: temporaryName(file), dest: file })
  expect(systemMessage(namedAs(file, renamed))).toContain(`${file}: it would have to move`)
  expect(systemMessage(systemError('ENOSPC', { path: temporaryName(file) }))).toMatch(`${file}: no space`)
})

test('files of the program are no files that its user knows', () => {
  const own = join(import.meta.dirname, 'index.ts')
  expect(systemMessage(systemError('EMFILE', { path: own }))).toMatch(/^too many files are open \(EMFILE, write\)\n/)
})

test('a bug is no error of the system', () => {
  expect(systemMessage(new Error('internal: x'))).toBeUndefined()
  expect(systemMessage(Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' }))).toBeUndefined()
  expect(systemMessage(systemError('EBADF'))).toBeUndefined()
  const bug = new Error('internal: x')
  expect(thrownBy(() => naming('a', () => thrownAs(bug)))).toBe(bug)
  expect(naming('a', () => readdirSync(folder))).toEqual(['loop'])
})

function thrownAs(error: Error): never {
  throw error
}

function namedAs(path: string, error: Error): unknown {
  return thrownBy(() => naming(path, () => thrownAs(error)))
}
