import { expect, test } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { saysFlank } from './flank-words.ts'
import { openDataset } from './open.ts'

function warningsOf(column: string, cells: readonly string[]): readonly string[] {
  const rows = cells.map((cell, i) => `${i}.png,${i % 2 === 0 ? 'Ana' : 'Bento'},${cell}\n`)
  return openDataset(`${folderWith({ 'a.csv': `filename,identity,${column}\n${rows.join('')}` })}/a.csv`).warnings
}

test('words in a column of flanks that say none are one warning, with how many photos have each', () => {
  const cells = ['left', 'banana', 'R', 'banana', 'front', 'lefft', 'NA', '']
  expect(warningsOf('side', cells)).toEqual([
    "column 'side': expected left, right, front, back, top or bottom, got 'banana' (2 photos), 'lefft' (1 photo): " +
      'these photos count as of an unknown flank',
  ])
  expect(warningsOf('side', ['left', 'R', 'front', 'NA'])).toEqual([])
})

test('a column in which no cell says a flank is rather no flank', () => {
  expect(warningsOf('orientation', ['1', '6', '1', '1'])).toEqual([
    "column 'orientation': expected left, right, front, back, top or bottom, got '1' (3 photos), '6' (1 photo): " +
      'these photos count as of an unknown flank; if the column is no flank, `columns: {"flank":"-"}` leaves it',
  ])
})

test.each([
  'left LHS rear top F FL front-left frontleft backright both unknown-side vorne côté_gauche Rücken dorsal',
  '3/4_left left_and_right from_behind full_body lado_derecho left1',
])('known words: %s', (words) => {
  expect(words.split(' ').filter((word) => !saysFlank(word.replaceAll('_', ' ')))).toEqual([])
})

test('what is no flank, and what would take a careless pattern for ever', () => {
  const words = ['banana', 'lefft', '1', 'x', '左', 'day', 'IMG_2231', `${'leftflank'.repeat(5000)}x`]
  expect(words.filter(saysFlank)).toEqual([])
})
