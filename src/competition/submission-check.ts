import { counted, parseDecimal, tieRate } from '../base/index.ts'
import { readPairs, type TestPairs } from '../data/index.ts'
import { readSubmission, type SubmissionRow } from './submission-lines.ts'
import type { SubmissionProblemKind, SubmissionProblems } from './submission-problems.ts'

/**
 * What the check of a submission found: whether it would be accepted, every problem, and how its similarities are
 * spread.
 */
export interface SubmissionReport {
  readonly ok: boolean
  readonly submission: string
  readonly test: string
  /** Data rows of the submission, and of test.csv. */
  readonly rows: number
  readonly expectedRows: number
  /** At most twenty, by line; each names its line, and kinds take turns. */
  readonly problems: readonly string[]
  /** All of them, also by kind. */
  readonly problemCount: number
  readonly problemCounts: Readonly<Partial<Record<SubmissionProblemKind, number>>>
  /** How the program that wrote the file writes it right, where its header tells. */
  readonly hints: readonly string[]
  /** Over the rows whose similarity is a number; null where none is. */
  readonly min: number | null
  readonly max: number | null
  /** Share of rows whose similarity another row of the same query has too. */
  readonly tieRate: number
  /** Rows that are exactly 0 (what clipping makes of negative cosines), and exactly 1. */
  readonly exactlyZero: number
  readonly exactlyOne: number
}

/**
 * Holds a submission against the test.csv it answers: columns, row order, count, missing, duplicate and unknown row ids,
 * numbers in [0, 1], stray lines; and measures range and ties. Reads two files and changes nothing.
 * @throws InputError where a file is missing or test.csv is not one. A bad submission is a report, not an error.
 */
export function checkSubmission(submissionPath: string, testCsvPath: string): SubmissionReport {
  const { pairs, rowNumbers } = readPairs(testCsvPath)
  const { rows, problems, hints } = readSubmission(submissionPath)
  const expectedRows = pairs.rowIds.length
  if (rows.length !== expectedRows)
    problems.add('row count', 0, `expected ${counted(expectedRows, 'row')}, got ${rows.length}`)
  const { positions, missing } = matchRows(rows, pairs, problems)
  for (const position of missing) {
    const what = `row_id '${pairs.rowIds[position]}' (test.csv, row ${rowNumbers[position]}) is missing`
    problems.add('missing row_id', Number.POSITIVE_INFINITY, what)
  }
  const statistics = measure(rows, positions, pairs, problems)
  return {
    ok: problems.total === 0,
    submission: submissionPath,
    test: testCsvPath,
    rows: rows.length,
    expectedRows,
    problems: problems.messages(),
    problemCount: problems.total,
    problemCounts: problems.counts,
    hints,
    ...statistics,
  }
}

/** For each row its position in test.csv, −1 for a row that is unknown or repeated; and the positions that no row has. */
function matchRows(
  rows: readonly SubmissionRow[],
  { rowIds }: TestPairs,
  problems: SubmissionProblems,
): { readonly positions: Int32Array; readonly missing: readonly number[] } {
  const positionOf = new Map(rowIds.map((rowId, position) => [rowId, position]))
  const lineAt = new Int32Array(rowIds.length) // 0: not seen yet
  const positions = new Int32Array(rows.length).fill(-1)
  let furthest = -1
  rows.forEach(({ line, rowId }, row) => {
    const position = positionOf.get(rowId)
    if (position === undefined) return problems.add('unknown row_id', line, `row_id '${rowId}' is not in test.csv`)
    if (lineAt[position] !== 0) {
      return problems.add('duplicate row_id', line, `row_id '${rowId}' stands in line ${lineAt[position]} already`)
    }
    lineAt[position] = line
    positions[row] = position
    if (position < furthest) problems.add('order', line, `row_id '${rowId}' stands after '${rowIds[furthest]}'`)
    else furthest = position
  })
  return { positions, missing: rowIds.flatMap((_, position) => (lineAt[position] === 0 ? [position] : [])) }
}

type Statistics = Pick<SubmissionReport, 'min' | 'max' | 'tieRate' | 'exactlyZero' | 'exactlyOne'>

function measure(
  rows: readonly SubmissionRow[],
  positions: Int32Array,
  pairs: TestPairs,
  problems: SubmissionProblems,
): Statistics {
  const scores: number[] = []
  const queries: number[] = []
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  rows.forEach(({ line, rowId, similarity }, row) => {
    const score = parseDecimal(similarity)
    if (score === undefined) {
      const seen = similarity === '' ? 'nothing' : `'${similarity}'`
      return problems.add('not a number', line, `row_id '${rowId}': expected a similarity in [0, 1], got ${seen}`)
    }
    if (score < 0 || score > 1) {
      problems.add('out of range', line, `row_id '${rowId}': expected a similarity in [0, 1], got ${similarity}`)
    }
    min = Math.min(min, score)
    max = Math.max(max, score)
    if (positions[row]! < 0) return
    scores.push(score)
    queries.push(pairs.queryIndex[positions[row]!]!)
  })
  return {
    min: min <= max ? min : null,
    max: min <= max ? max : null,
    tieRate: tieRate(scores, queries),
    exactlyZero: scores.filter((score) => score === 0).length,
    exactlyOne: scores.filter((score) => score === 1).length,
  }
}
