import { expect, test } from 'vitest'
import { csvLine, csvText } from './csv-text.ts'

test('a name that a spreadsheet would run as a formula gets an apostrophe, in a header too; a number does not', () => {
  const names = ['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\tx', '\rx', 'a=b', '-0.25', '+3', '-x.jpg']
  const lines = csvText([['=column'], ...names.map((name) => [name]), [-0.5]]).split('\n')
  expect(lines).toEqual([
    "'=column",
    "'=1+1",
    "'+cmd",
    "'-2+3",
    "'@SUM(A1)",
    "'\tx",
    '"\'\rx"',
    'a=b',
    '-0.25',
    '+3',
    "'-x.jpg",
    '-0.5',
    '',
  ])
})

test('cells are quoted where they must be, and a mark tells spreadsheets of letters beyond ASCII', () => {
  expect(csvText([['a,b', 'say "x"', 'two\nlines', 3]])).toBe('"a,b","say ""x""","two\nlines",3\n')
  expect(csvText([['José']])).toBe('\uFEFFJosé\n')
})

test('formulas are kept where that is asked for: the table is read again by its names', () => {
  expect(csvText([['-x.jpg', '=a']], { formulas: 'kept' })).toBe('-x.jpg,=a\n')
})

test('what would be a formula where semicolons part the cells is disarmed too', () => {
  expect(csvLine(['a;=1+1;b', 'x; @sum(1);-2', 'a;b', 'a\t=1'])).toBe("a;'=1+1;b,x; '@sum(1);'-2,a;b,a\t'=1\n")
  expect(csvLine(['a;=1+1;b'], { formulas: 'kept' })).toBe('a;=1+1;b\n')
})
