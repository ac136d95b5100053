import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { InputError } from './check.ts'
import { type PackedError, packError, unpackError } from './thrown.ts'

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
  expect(error).toMatchObject({ what: 'height: expected metres', hint: 'add a unit' })
  expect(posted(error)).toEqual(error) // and over a second border
  expect(posted(new InputError('height: expected metres'))).toMatchObject({ hint: undefined })
})

test('what a thread throws arrives with its hint', async () => {
  const base = new URL('../../dist/base/index.js', import.meta.url).href
  const code = `import('${base}').then(({ InputError, packError }) =>
    require('node:worker_threads').parentPort.postMessage(packError(new InputError('scale: missing', 'weigh it'))))`
  const [packed] = (await once(new Worker(code, { eval: true }), 'message')) as [PackedError]
  expect(unpackError(packed)).toMatchObject({ what: 'scale: missing', hint: 'weigh it', name: 'InputError' })
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
