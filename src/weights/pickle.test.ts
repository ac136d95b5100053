import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { InputError } from '../base/index.ts'
import { openWeights } from './open.ts'
import { unpickle } from './pickle.ts'
import { torchScope } from './torch-tensors.ts'

const scope = {
  globals: new Map(),
  persistent: () => {
    throw new InputError('none')
  },
}

/** Two million and some of one instruction, after `start`. */
function many(instruction: string, start = ''): Buffer {
  return Buffer.from(`${start}${instruction.repeat(2_000_001)}.`, 'latin1')
}

describe('a pickle that makes too much ends at once:', () => {
  test.each([
    ['dictionaries', '}', ''],
    ['the same again', '2', 'N'],
    ['marks', '(', ''],
    ['what is kept', '\x94', 'N'],
  ])('%s', (_, instruction, start) => {
    const read = () => unpickle(many(instruction, start), 0, scope, 'w.pth')
    expect(read).toThrow(InputError)
    expect(read).toThrow(/^w\.pth: at byte \d+ of its pickle: it makes more than 2000000 objects\n/)
  })

  test('dictionaries of one list that is kept', () => {
    const list = `](${'K\x01K\x02\x86'.repeat(1000)}eq\x01`
    const bytes = Buffer.from(`ccollections\nOrderedDict\nq\0${list}${'h\0h\x01\x85R'.repeat(2000)}.`, 'latin1')
    expect(() => unpickle(bytes, 0, torchScope('w.pth'), 'w.pth')).toThrow('it makes more than 2000000 objects')
  })

  test('in a file of the old format too', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'rosette-pickle-')), 'w.pth')
    const magic = Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e80024e2e', 'hex')
    writeFileSync(path, Buffer.concat([magic, many('N')]))
    expect(await rejection(openWeights(path))).toContain(`InputError: ${path}: at byte 2000026`)
  })
})

test('taking a value, looking at it, and putting it back make nothing', () => {
  const appended = Buffer.from(`]${'NaN0'.repeat(900_000)}.`, 'latin1')
  expect(unpickle(appended, 0, scope, 'w.pth').value).toHaveLength(900_000)
})
