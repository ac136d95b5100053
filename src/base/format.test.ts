import { expect, test } from 'vitest'
import { formatBytes, formatDuration, formatTable, oneLine, visible } from './format.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1536, '1.5 kB'],
  [150_400, '150 kB'],
  [999_999, '1.0 MB'],
  [2_700_000_000, '2.7 GB'],
  [5e15, '5000 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test.each([
  [0, '0.0 s'],
  [1230, '1.2 s'],
  [9_949, '9.9 s'],
  [9_999, '10 s'],
  [42_000, '42 s'],
  [59_700, '1 min 0 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 05 min'],
  [3_599_600, '1 h 00 min'],
])('%i ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('tables align text to the left and numbers to the right', () => {
  const table = formatTable(
    ['model', 'mAP'],
    [
      ['untrained', 0.08],
      ['trained', 0.5],
    ],
  )
  expect(table).toBe('model       mAP\nuntrained  0.08\ntrained     0.5')
})

test('a table without rows is its header', () => {
  expect(formatTable(['a', 'bc'], [])).toBe('a  bc')
})

test('control characters in names never reach a terminal raw', () => {
  expect(visible('a\u001b]0;title\u0007b\u009b2J\r\u202ecod.exe')).toBe(
    'a\\u001b]0;title\\u0007b\\u009b2J\\u000d\\u202ecod.exe',
  )
  expect(visible('José\n\t猫 🐆')).toBe('José\n\t猫 🐆')
  expect(formatTable(['name'], [['\u001b[2J']])).toBe('name\n\\u001b[2J')
})

test('a cell of a table is one line', () => {
  expect(oneLine('a\nb\tc\u2028d\r')).toBe('a\\u000ab\\u0009c\\u2028d\\u000d')
  expect(formatTable(['photo', 'n'], [['a\nb.jpg', 1]])).toBe('photo         n\na\\u000ab.jpg  1')
})
