import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { checkSubmission } from './submission-check.ts'
import { formatSubmissionReport } from './submission-report.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-check-'))
const testCsv = join(folder, 'test.csv')
const submission = join(folder, 'submission.csv')
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeAll(() => {
  // three photos, every ordered pair but self: queries a a b b c c
  writeFileSync(
    testCsv,
    'row_id,query_image,gallery_image\n10,a.png,b.png\n11,a.png,c.png\n12,b.png,a.png\n13,b.png,c.png\n14,c.png,a.png\n15,c.png,b.png\n',
  )
})

const good = ['row_id,similarity', '10,0.5', '11,0.25', '12,0', '13,0', '14,1', '15,1e-3']

function checkLines(lines: readonly string[], end = '\n') {
  writeFileSync(submission, lines.join(end) + end)
  return checkSubmission(submission, testCsv)
}

/** The good file with one line (0 the header) replaced by others. */
function replaced(line: number, ...by: string[]): string[] {
  return [...good.slice(0, line), ...by, ...good.slice(line + 1)]
}

test('a good file: counts, range and ties inside queries', () => {
  // only rows 12 and 13, both 0 and both of query b, tie: 2 of 6
  expect(checkLines(good)).toEqual({
    ok: true,
    submission,
    test: testCsv,
    rows: 6,
    expectedRows: 6,
    problems: [],
    problemCount: 0,
    problemCounts: {},
    hints: [],
    min: 0,
    max: 1,
    tieRate: 2 / 6,
    exactlyZero: 2,
    exactlyOne: 1,
  })
})

test('quotes, Windows line ends and a missing last line end are a CSV too', () => {
  expect(checkLines(good, '\r\n').ok).toBe(true)
  expect(checkLines(good.map((line) => `"${line.replace(',', '","')}"`)).ok).toBe(true)
  expect(checkLines(good.map((line) => line.replace(/,(.*)/, ',"$1"'))).ok).toBe(true)
  writeFileSync(submission, good.join('\n'))
  expect(checkSubmission(submission, testCsv).ok).toBe(true)
})

describe('each mistake is named by its line', () => {
  const count = (rows: number) => `expected 6 rows, got ${rows}`
  const range = 'expected a similarity in [0, 1], got'
  test.each<[string, string[], string[]]>([
    ['no header', good.slice(1), ["line 1: expected the header row_id,similarity, got '10,0.5'"]],
    ['other header', replaced(0, 'id,score'), ["line 1: expected the header row_id,similarity, got 'id,score'"]],
    [
      'byte-order mark',
      replaced(0, '\ufeffrow_id,similarity'),
      ["line 1: expected the header row_id,similarity, got '\\ufeffrow_id,similarity'"],
    ],
    [
      'columns the other way round',
      good.map((line) => line.split(',').reverse().join()),
      ["line 1: expected the header row_id,similarity, got 'similarity,row_id'"],
    ],
    ['conflict marker', replaced(1, '<<<<<<< HEAD', '10,0.5'), ["line 2: git conflict marker '<<<<<<< HEAD'"]],
    [
      'conflict marker with a comma',
      replaced(6, '15,0', '>>>>>>> a, b'),
      ["line 8: git conflict marker '>>>>>>> a, b'"],
    ],
    ['blank line', replaced(3, '', '12,0'), ['line 4: blank line']],
    ['blank last line', [...good, ''], ['line 8: blank line']],
    [
      'extra column',
      replaced(2, '11,0.25,x'),
      [count(5), "line 3: expected 2 columns, got 3: '11,0.25,x'", missing(11, 3)],
    ],
    ['one column', replaced(2, '11'), [count(5), "line 3: expected 2 columns, got 1: '11'", missing(11, 3)]],
    [
      'open quote',
      replaced(2, '"11,0.25'),
      [count(5), "line 3: quotes that do not close: '\"11,0.25'", missing(11, 3)],
    ],
    ['missing row', replaced(6), [count(5), missing(15, 7)]],
    ['duplicate row', replaced(6, '15,0', '11,0'), [count(7), "line 8: row_id '11' stands in line 3 already"]],
    ['unknown row', replaced(6, '15,0', '16,0'), [count(7), "line 8: row_id '16' is not in test.csv"]],
    [
      'one row moved',
      [...good.slice(0, 2), good[3]!, good[2]!, ...good.slice(4)],
      ["line 4: row_id '11' stands after '12'"],
    ],
    ['above 1', replaced(1, '10,1.01'), [`line 2: row_id '10': ${range} 1.01`]],
    ['below 0', replaced(1, '10,-0.01'), [`line 2: row_id '10': ${range} -0.01`]],
    ['nan', replaced(1, '10,nan'), [`line 2: row_id '10': ${range} 'nan'`]],
    ['infinity', replaced(1, '10,inf'), [`line 2: row_id '10': ${range} 'inf'`]],
    ['overflow', replaced(1, '10,1e999'), [`line 2: row_id '10': ${range} '1e999'`]],
    ['hexadecimal', replaced(1, '10,0x1'), [`line 2: row_id '10': ${range} '0x1'`]],
    ['nothing', replaced(1, '10,'), [`line 2: row_id '10': ${range} nothing`]],
  ])('%s', (_, lines, problems) => {
    const report = checkLines(lines)
    expect(report.problems).toEqual(problems)
    expect([report.ok, report.problemCount]).toEqual([false, problems.length])
  })

  function missing(rowId: number, row: number): string {
    return `row_id '${rowId}' (test.csv, row ${row}) is missing`
  }
})

test('rows that answer no pair, or a second time, count as no tie', () => {
  // row 10 again with its own 0.5, and an unknown row: ties are still those of rows 12 and 13, 2 of 6
  const report = checkLines([...good, '10,0.5', '99,0.25'])
  expect([report.tieRate, report.rows]).toEqual([2 / 6, 8])
})

test('a missing row is told by its row in test.csv, blank lines counted', () => {
  const blank = join(folder, 'blank.csv')
  writeFileSync(blank, 'row_id,query_image,gallery_image\n\n10,a.png,b.png\n')
  writeFileSync(submission, 'row_id,similarity\n')
  expect(checkSubmission(submission, blank).problems[1]).toBe("row_id '10' (test.csv, row 3) is missing")
})

test('an empty file lacks everything', () => {
  writeFileSync(submission, '')
  const report = checkSubmission(submission, testCsv)
  expect(report.problemCounts).toEqual({ header: 1, 'row count': 1, 'missing row_id': 6 })
  expect([report.rows, report.min, report.max, report.tieRate]).toEqual([0, null, null, 0])
  expect(formatSubmissionReport(report)).toContain('rows 0 of 6, no similarity that is a number')
})

test('a thousand problems of one kind do not hide one of another', () => {
  const stray = Array.from({ length: 1000 }, (_, i) => `x${i},0`)
  const report = checkLines([...good, ...stray, '======='])
  expect(report.problemCount).toBe(1002)
  expect(report.problemCounts).toEqual({ 'stray line': 1, 'row count': 1, 'unknown row_id': 1000 })
  expect(report.problems).toHaveLength(20)
  expect(report.problems[0]).toBe('expected 6 rows, got 1006')
  expect(report.problems.at(-1)).toBe("line 1008: git conflict marker '======='")
  expect(formatSubmissionReport(report)).toContain(
    '… and 982 more; in all: stray line 1, row count 1, unknown row_id 1000',
  )
})

test('missing files are the caller’s mistake', () => {
  expect(() => checkSubmission(join(folder, 'none.csv'), testCsv)).toThrow(InputError)
  expect(() => checkSubmission(join(folder, 'none.csv'), testCsv)).toThrow('none.csv: no such file')
  expect(() => checkSubmission(submission, join(folder, 'none.csv'))).toThrow('none.csv: no such file')
  expect(() => checkSubmission(folder, testCsv)).toThrow('a folder, not a file')
})

describe('the report for people', () => {
  test('of a good file', () => {
    expect(formatSubmissionReport({ ...checkLines(good), submission: 's.csv', test: 't.csv' })).toBe(
      [
        's.csv: ok, 6 rows in the order of t.csv',
        'rows 6 of 6, similarity from 0 to 1',
        'tie rate 33.3 % (rows that share their similarity with another row of the same query)',
        'exactly 0: 2, exactly 1: 1',
        'note: the order inside a tie is the scorer\'s; most are 0, as clipping leaves negative cosines: `scores: "shift"` keeps their order',
      ].join('\n'),
    )
  })

  test('of a file that ranks nothing', () => {
    const report = checkLines(good.map((line) => line.replace(/,[\d.].*/, ',0.5')))
    expect(formatSubmissionReport(report)).toContain('note: every similarity is 0.5: this ranks nothing')
  })

  test('of a wrong file', () => {
    const text = formatSubmissionReport({ ...checkLines(replaced(1, '10,2')), submission: 's.csv' })
    expect(text.split('\n').slice(0, 3)).toEqual([
      's.csv: 1 problem',
      "  line 2: row_id '10': expected a similarity in [0, 1], got 2",
      'rows 6 of 6, similarity from 0 to 2',
    ])
  })
})

test('a header that pandas or Excel wrote is answered with the way to write it right', () => {
  const hintsOf = (change: (line: string, i: number) => string) => {
    const report = checkLines(good.map(change))
    expect(formatSubmissionReport(report)).toContain(report.hints.map((hint) => `\nhint: ${hint}`).join(''))
    return report.hints.map((hint) => hint.split(/[:,]/)[0])
  }
  const [index, separator, mark] = [
    'the first column numbers the rows',
    'columns are separated by commas',
    'the file begins with a byte-order mark',
  ]
  expect(hintsOf((line, i) => `${i === 0 ? '' : i - 1},${line}`)).toEqual([index])
  expect(hintsOf((line, i) => `${i === 0 ? 'Unnamed: 0' : i - 1},${line}`)).toEqual([index])
  expect(hintsOf((line) => line.replace(',', ';').replace('.', ','))).toEqual([separator])
  expect(hintsOf((line) => line.replace(',', '\t'))).toEqual([separator])
  expect(hintsOf((line, i) => (i === 0 ? `\ufeff${line}` : line))).toEqual([mark])
  expect(hintsOf((line, i) => `${i === 0 ? '\ufeff' : i - 1};${line.replace(',', ';')}`)).toEqual([
    mark,
    separator,
    index,
  ])
  expect(hintsOf((line) => line)).toEqual([])
  expect(hintsOf((line, i) => (i === 0 ? 'id,score' : line))).toEqual([])
})
