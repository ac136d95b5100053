import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { readTable } from './csv.ts'
import { openDataset } from './open.ts'

function parsed(text: string) {
  const path = join(folderWith({ 'a.csv': text }), 'a.csv')
  try {
    const { header, rows } = readTable(path)
    return [header, ...rows]
  } catch (error) {
    return String(error).replaceAll(path, 'a.csv')
  }
}

const cells = [
  ['filename', 'identity'],
  ['a.png', 'A'],
  ['b.png', 'B'],
]

test.each<[string, string]>([
  ['after a blank line', '\r\nsep=;\r\nfilename;identity\r\na.png;A\r\nb.png;B\r\n'],
  ['after rows of separators', ';;\r\n \r\nsep=;\r\n\r\nfilename;identity\r\na.png;A\r\nb.png;B\r\n'],
  ['between quotation marks', '"sep=;"\r\nfilename;identity\r\na.png;A\r\nb.png;B\r\n'],
  ['with separators of its own', 'sep=;;\r\nfilename;identity\r\na.png;A\r\nb.png;B\r\n'],
  ['without a mark', 'sep=\r\nfilename;identity\r\na.png;A\r\nb.png;B\r\n'],
])('sep= is read %s', (_, text) => {
  expect(parsed(text)).toEqual(cells)
})

test('a table may be separated by |, with commas in its cells', () => {
  expect(parsed('filename|identity\na.png|A\nb.png|B\n')).toEqual(cells)
  expect(parsed('filename|identity|note\na.png|A|"x, y"\nb.png|B|left, old\n')).toEqual([
    ['filename', 'identity', 'note'],
    ['a.png', 'A', 'x, y'],
    ['b.png', 'B', 'left, old'],
  ])
})

test('rows with another separator than the header, and a title above it, are told', () => {
  expect(parsed('filename;identity\na.png,A\nb.png,B\n')).toBe(
    'InputError: a.csv: expected 2 cells in each row, got another number in row 2 (1), 3 (1)\n' +
      "hint: the rows have ',' between their cells, and the header has none",
  )
  for (const title of ['Survey 2024', '# made by hand'])
    expect(parsed(`${title}\nfilename,identity\na.png,A\n`)).toContain(
      'hint: is its first row a title or a comment? the table begins with its header: remove what stands above',
    )
})

test('a header that stands lower, and none, are told where no column has file names', () => {
  const open = (text: string) => () => openDataset(join(folderWith({ 'a.csv': text }), 'a.csv'))
  expect(open('Survey 2024,,\n,,\nfilename,identity,\na.png,A,\n')).toThrow(
    'a.csv: no column of file names\nhint: row 3 looks like the header: remove what stands above it',
  )
  expect(open('a.png,A\nb.png,B\n')).toThrow(
    'a.csv: no column of file names\nhint: its first row is a photo: put a header above it, as in filename,identity',
  )
})
