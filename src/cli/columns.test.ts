import { expect, test } from 'vitest'
import { parseColumns } from './columns.ts'

test('fields and their columns', () => {
  expect(parseColumns('filename=path, identity=the name')).toEqual({ filename: 'path', identity: 'the name' })
})

test.each([
  ['filename', "--columns: 'filename', expected field=column"],
  ['filename=a,identity=b,filename=c', '--columns: expected one column for each field, got more for filename'],
])('%s is refused', (text, message) => expect(() => parseColumns(text)).toThrow(message))
