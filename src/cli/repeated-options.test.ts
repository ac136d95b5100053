import { Command } from 'commander'
import { expect, test } from 'vitest'
import { addDataOptions, type DataFlags } from './options.ts'

function parsed(...args: string[]): DataFlags {
  const command = addDataOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  return command.parse(args, { from: 'user' }).opts<DataFlags>()
}

test('words and columns that are given twice are those of both', () => {
  const flags = parsed(
    '--unidentified',
    'X,Y',
    '--unidentified',
    '0',
    '--columns',
    'identity=a',
    '--columns',
    'filename=b',
  )
  expect(flags.unidentified).toEqual(['X', 'Y', '0'])
  expect(flags.columns).toBe('identity=a,filename=b')
  expect(parsed('--unidentified', 'only=X', '--unidentified', 'only=Y').unidentified).toEqual({ only: ['X', 'Y'] })
})

test('only these words, and others besides, is a contradiction', () => {
  expect(() => parsed('--unidentified', 'only=X', '--unidentified', 'Y')).toThrow('Either only=WORD')
  expect(() => parsed('--unidentified', 'Y', '--unidentified', 'only=X')).toThrow('Either only=WORD')
})
