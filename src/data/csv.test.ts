import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { readCsv } from './csv.ts'

const table = 'filename,identity\r\na.png,José\r\nb.png,Josè\r\n'

function read(bytes: Uint8Array) {
  const path = join(folderWith({ 'a.csv': bytes }), 'a.csv')
  try {
    return readCsv(path).rows.map(([, identity]) => identity)
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
