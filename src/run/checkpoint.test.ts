// alone: reads denormals

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { encodeSafetensors, float32 } from '../tensor/index.ts'
import type { StateTensors } from './checkpoint.ts'
import { checkpointPath, loadCheckpoint, type Position, readCheckpoint, saveCheckpoint } from './checkpoint.ts'

const state: StateTensors = {
  'head.weight': float32([2, 2], [1, -2.5, 1e-30, 0]),
  'm/head.weight': float32([2, 2], [0, Number.MIN_VALUE, 3, 4]),
  'neck.running_mean': float32([1], [Math.fround(0.1)]),
}
const position: Position = { step: 17, best: { identityBalancedMap: 0.1 + 0.2, step: 12 }, firstLoss: 3.25 }
const newPath = () => checkpointPath(mkdtempSync(join(tmpdir(), 'rosette-checkpoint-')), 'last')

describe('checkpoints', () => {
  test('lie in checkpoints/ and come back as they were', () => {
    const path = newPath()
    expect(path.endsWith(join('checkpoints', 'last.safetensors'))).toBe(true)
    saveCheckpoint(path, Object.entries(state), position)
    expect(loadCheckpoint(path, state)).toEqual({ state, position })
    expect(readdirSync(dirname(path))).toEqual(['last.safetensors'])
  })

  test('the same state is the same bytes', () => {
    const [a, b] = [newPath(), newPath()]
    for (const path of [a, b]) saveCheckpoint(path, Object.entries(state), position)
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true)
  })

  test('one that was cut, or is for another network, is told with file and tensor', () => {
    const path = newPath()
    saveCheckpoint(path, Object.entries(state), position)
    expect(() => loadCheckpoint(path, { ...state, 'pool.p': float32([1], [3]) })).toThrow(
      `${path}: tensor 'pool.p' is missing`,
    )
    expect(() => loadCheckpoint(path, { 'head.weight': float32([1, 4], [0, 0, 0, 0]) })).toThrow(
      `${path}: tensor 'head.weight', expected [1,4], got [2,2]`,
    )
    const whole = readFileSync(path)
    writeFileSync(path, whole.subarray(0, whole.length - 4))
    expect(() => loadCheckpoint(path, state)).toThrow(path)
  })

  test('a bit that is another is told, wherever it stands', () => {
    const path = newPath()
    saveCheckpoint(path, Object.entries(state), position)
    const whole = readFileSync(path)
    const header = 8 + Number(whole.readBigUInt64LE())
    const places = [whole.indexOf('\\"step\\":17') + 10, whole.indexOf('head.weight'), header, whole.length - 1]
    for (const at of places) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1
      writeFileSync(path, bytes)
      expect(() => readCheckpoint(path)).toThrow(`${path}: is damaged`)
    }
    writeFileSync(path, whole)
    expect(readCheckpoint(path).tensors.size).toBe(3)
  })

  test('weights from elsewhere are no checkpoint', () => {
    const path = newPath()
    saveCheckpoint(path, [], position)
    const odd = { position: '{"step": -1, "best": null, "firstLoss": null}' }
    writeFileSync(path, Buffer.concat(encodeSafetensors(Object.entries(state), odd)))
    expect(() => loadCheckpoint(path, state)).toThrow(`${path}: position: 1 mistake\n  step: `)
    writeFileSync(path, Buffer.concat(encodeSafetensors(Object.entries(state))))
    expect(() => loadCheckpoint(path, state)).toThrow(`${path}: not a checkpoint of a run`)
  })
})

test('a training names what it does without a damaged checkpoint, and no option that it lacks', () => {
  const run = mkdtempSync(join(tmpdir(), 'rosette-checkpoint-'))
  mkdirSync(join(run, 'checkpoints'))
  const state = { 'pool.p': float32([1], [3]) }
  const position = { step: 1, best: null, firstLoss: null }
  const damaged = (name: 'last' | 'best') => {
    const path = checkpointPath(run, name)
    saveCheckpoint(path, Object.entries(state), position)
    const bytes = readFileSync(path)
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(path, bytes)
    const hintOf = (read: () => unknown) => {
      try {
        read()
      } catch (error) {
        return error instanceof InputError ? error.hint : undefined
      }
    }
    return [hintOf(() => loadCheckpoint(path, state)), hintOf(() => readCheckpoint(path))]
  }
  const [alone] = damaged('last')
  expect(alone).toBe('remove the file: `train({ resume: true })` then begins with the first step')
  expect(damaged('best')).toEqual([
    'remove the file: `train({ resume: true })` then takes the last weights for the best',
    'the run has another, `checkpoint: "last"`',
  ])
  expect(damaged('last')[0]).toMatch(/^remove the file: .* first step; copy the run before that where its best weights/)
})
