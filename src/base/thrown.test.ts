import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { InputError } from './check.ts'
import { packError, unpackError } from './thrown.ts'

const posted = (error: unknown) => unpackError(structuredClone(packError(error)))

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

test('what the user can mend stays that, hint and all', () => {
  const error = posted(new InputError('height: expected metres', 'add a unit'))
  expect(error).toBeInstanceOf(InputError)
  expect(error.message).toBe('height: expected metres\nhint: add a unit')
})

test('an error of the system keeps its code and call', () => {
  const error = posted(thrownBy(() => readFileSync(import.meta.dirname)))
  expect(error).toMatchObject({ code: 'EISDIR', syscall: 'read' })
  expect(error).not.toBeInstanceOf(InputError)
})

test('a bug keeps its stack, and no code is made up; what is no error becomes its words', () => {
  const bug = new Error('internal: gravity')
  expect(posted(bug).stack).toBe(bug.stack)
  expect(posted(bug)).not.toHaveProperty('code')
  expect(posted('up').message).toBe('up')
})
