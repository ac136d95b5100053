import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { readTable } from './csv.ts'

const table = 'filename,identity\r\na.png,José\r\nb.png,Josè\r\n'

function read(bytes: Uint8Array) {
  const path = join(folderWith({ 'a.csv': bytes }), 'a.csv')
  try {
    return readTable(path).rows.map(([, identity]) => identity)
  } catch (error) {
    return String(error).replaceAll(path, 'a.csv')
  }
}

test('UTF-8 and UTF-16 by their marks, and UTF-8 without one', () => {
  const utf16 = Buffer.from(`\uFEFF${table}`, 'utf16le')
  const texts = [Buffer.from(table), Buffer.from(`\uFEFF${table}`), utf16, Buffer.from(utf16).swap16()]
  for (const bytes of texts) expect(read(bytes)).toEqual(['José', 'Josè'])
})

test('another encoding is an error with its line, not a question mark in two names', () => {
  const latin1 =
    'InputError: a.csv: line 2: expected UTF-8, got letters of another encoding\nhint: save the table as CSV UTF-8'
  expect(read(Buffer.from(table, 'latin1'))).toBe(latin1)
  const unmarked = 'InputError: a.csv: expected text, got bytes of 0, as in UTF-16 without its mark\nhint: save'
  expect(read(Buffer.from('filename\na.png\n', 'utf16le'))).toContain(unmarked)
  const odd = Buffer.from(`\uFEFF${table}`, 'utf16le').subarray(0, -1)
  expect(read(odd)).toContain('a.csv: expected UTF-16LE, got')
})

const bom = Buffer.from([0xef, 0xbb, 0xbf])

/** The table, or what is wrong with it. */
function parsed(text: string | Uint8Array) {
  const path = join(folderWith({ 'a.csv': text }), 'a.csv')
  try {
    const { header, rows, numbers } = readTable(path)
    return { header, rows, numbers: [...numbers] }
  } catch (error) {
    return String(error).replaceAll(path, 'a.csv')
  }
}

const found = {
  header: ['filename', 'identity'],
  rows: [
    ['a.png', 'A'],
    ['b.png', 'B'],
  ],
}

test('what is no table is called what it is', () => {
  const read = (bytes: string) => () => readTable(join(folderWith({ 'a.csv': Buffer.from(bytes, 'latin1') }), 'a.csv'))
  for (const workbook of ['PK\x03\x04\x14\0', '\xd0\xcf\x11\xe0\xa1'])
    expect(read(workbook)).toThrow(/got a workbook of a spreadsheet\nhint: save the sheet as CSV UTF-8/)
  expect(read('<!DOCTYPE html><html>')).toThrow('got a web page or XML')
  expect(read('[{"filename": "a.png"}]')).toThrow('expected a CSV, got JSON')
  expect(read('# by X\n# today\nfile,identity\na.jpg,A\n')).toThrow('hint: its first 2 rows are comments')
})

test('rows without a letter in them are passed over, and the others keep their numbers', () => {
  const blank = ['', ';', ';;;;', ' ; ', '"";""', ';;\u00a0', ',,,', '\t', '\u001a']
  for (const line of blank) {
    expect(parsed(`filename;identity\n${line}\na.png;A\n${line}\n${line}\nb.png;B\n${line}`)).toEqual({
      ...found,
      numbers: [3, 6],
    })
    expect(parsed(`${line}\nfilename;identity\na.png;A\nb.png;B`)).toEqual({ ...found, numbers: [3, 4] })
  }
  const many = `filename,identity\n${'a.png,A\n\n,\n'.repeat(4000)}`
  expect(parsed(many)).toMatchObject({ numbers: { length: 4000, 3999: 11999 } })
})

test('names of rows that the header does not count are told', () => {
  expect(parsed('filename,identity\n1,a.png,A\n2,b.png,B\n')).toContain(
    'hint: the header has a cell less than the rows',
  )
  expect(parsed('filename,identity\na.png,A,x\nb.png,B,x\n')).not.toContain('hint: the header has')
})

test('a first line sep= says the separator', () => {
  for (const mark of [';', ',', '\t', '|']) {
    const text = `sep=${mark}\r\nfilename${mark}identity\r\na.png${mark}A\r\nb.png${mark}B\r\n`
    expect(parsed(text)).toEqual({ ...found, numbers: [3, 4] })
    expect(parsed(Buffer.concat([bom, Buffer.from(text)]))).toEqual({ ...found, numbers: [3, 4] })
  }
  expect(parsed('"filename;x",identity\na.png,A\n')).toMatchObject({ header: ['filename;x', 'identity'] })
})

test('a column without a name may be left out of a row, and empty cells may be too many', () => {
  const text = 'filename;identity;;\na.png;A;;\nb.png;B\n'
  expect(parsed(text)).toEqual({
    header: ['filename', 'identity', '', ''],
    rows: [
      ['a.png', 'A', '', ''],
      ['b.png', 'B', '', ''],
    ],
    numbers: [2, 3],
  })
  expect(parsed('filename;identity\na.png;A;;\nb.png;B;\n')).toEqual({ ...found, numbers: [2, 3] })
  expect(parsed('filename;identity\na.png;A;;x\nb.png\n')).toBe(
    'InputError: a.csv: expected 2 cells in each row, got another number in row 2 (4), 3 (1)\n' +
      'hint: a spreadsheet leaves out empty cells at the end of a row: move the last column to the front',
  )
})

test('a quotation mark inside a cell is told with its row and its column', () => {
  const inside =
    "a.csv: not a CSV: row 4, column 3 'notes': a quotation mark inside the cell\nhint: write the mark twice"
  expect(parsed('filename,identity,notes\n\na.png,A,ok\nb.png,B,scar 5" long\n')).toContain(inside)
  expect(parsed('filename\tidentity\tnotes\na.png\tA\t"x\ny"\n\nb.png\tB\t"left" side\n')).toContain(inside)
  expect(parsed('sep=;\nfilename;identity;notes\na.png;A;\nb.png;B;5"\n')).toContain(inside)
  expect(parsed('filename,identity,notes\na.png,A,"x\ny"\nb.png,B,"limping\nc.png,C,\n')).toContain(
    "a.csv: not a CSV: row 3, column 3 'notes': a quotation mark opens the cell, and none closes it",
  )
})

test('a file of nothing but separators, as a broken program writes it, is refused before it takes the memory', () => {
  const path = join(folderWith({ 'commas.csv': Buffer.alloc(50_000_018, ',') }), 'commas.csv')
  expect(() => readTable(path)).toThrow(`${path}: 50000019 cells are past the limit of 50000000`)
})
