import { parse } from 'csv-parse/sync'
import { readRegular } from '../base/index.ts'
import { SubmissionProblems } from './submission-problems.ts'

/** A data row as it stands in the file. */
export interface SubmissionRow {
  /** From 1, the header's. */
  readonly line: number
  readonly rowId: string
  readonly similarity: string
}

const header = 'row_id,similarity'
const byteOrderMark = '\ufeff'
const quotedPair = /^(?:"([^"]*)"|([^",]*)),(?:"([^"]*)"|([^",]*))$/
const conflictMarker = /^(<{7}|\|{7}|={7}|>{7})( |$)/

/** The lines of a submission. */
export interface ReadSubmission {
  readonly rows: readonly SubmissionRow[]
  readonly problems: SubmissionProblems
  /** How the program that wrote the file writes it right. */
  readonly hints: readonly string[]
}

/**
 * The rows of a submission and what is wrong with its lines; what the rows should be is not known here. Line by line, so
 * that a stray quote spoils its own line only.
 * @throws InputError where the file is missing, is no file, or is too large to be a submission.
 */
export function readSubmission(path: string): ReadSubmission {
  const lines = readText(path).split('\n')
  if (lines.at(-1) === '') lines.pop() // the end of the last line, not a blank one
  const problems = new SubmissionProblems()
  const rows: SubmissionRow[] = []
  const first = lines[0] === undefined ? '' : withoutReturn(lines[0])
  const columns = readHeader(first, problems)
  for (let i = columns.isHeader ? 1 : 0; i < lines.length; i++) {
    const line = withoutReturn(lines[i]!)
    const fields = fieldsOf(line)
    if (conflictMarker.test(line)) problems.add('stray line', i + 1, `git conflict marker '${cut(line)}'`)
    else if (line.trim() === '') problems.add('stray line', i + 1, 'blank line')
    else if (fields?.length === 2) {
      rows.push({ line: i + 1, rowId: fields[columns.rowId]!, similarity: fields[columns.similarity]!.trim() })
    } else if (fields === undefined) problems.add('columns', i + 1, `quotes that do not close: '${cut(line)}'`)
    else problems.add('columns', i + 1, `expected 2 columns, got ${fields.length}: '${cut(line)}'`)
  }
  return { rows, problems, hints: hintsOf(first) }
}

interface Columns {
  readonly isHeader: boolean
  readonly rowId: number
  readonly similarity: number
}

/** Where the columns are. A wrong header is one problem; rows are then read as well as can be guessed. */
function readHeader(line: string, problems: SubmissionProblems): Columns {
  const fields = fieldsOf(line) ?? []
  if (fields.join() !== header) {
    const seen = cut(line).replaceAll(byteOrderMark, '\\ufeff')
    problems.add('header', 1, `expected the header ${header}, got '${seen}'`)
  }
  const names = fields.map((field) => field.replace(byteOrderMark, '').trim().toLowerCase())
  const isHeader = names.some((name) => name === 'row_id' || name === 'similarity') || !/\d/.test(line)
  return names[0] === 'similarity' && names[1] === 'row_id'
    ? { isHeader, rowId: 1, similarity: 0 }
    : { isHeader, rowId: 0, similarity: 1 }
}

/** What a header tells of the mistake that made it. */
function hintsOf(line: string): string[] {
  const hints: string[] = []
  const text = line.replace(byteOrderMark, '')
  if (text !== line) {
    hints.push(
      "the file begins with a byte-order mark: write it with `encoding='utf-8'` in pandas, or as plain CSV in Excel",
    )
  }
  const names = text.split(/[,;\t]/).map((field) => field.replaceAll('"', '').trim())
  if (!names.includes('row_id') || !names.includes('similarity')) return hints
  if (!text.includes(',')) {
    hints.push("columns are separated by commas, and decimals by points: `sep=','` and `decimal='.'` in pandas")
  }
  if (/^(Unnamed: \d+|index)?$/.test(names[0]!)) {
    hints.push('the first column numbers the rows: `to_csv` of pandas leaves it out with `index=False`')
  }
  return hints
}

/** The fields of one line; undefined where its quotes are not those of a CSV. */
function fieldsOf(line: string): readonly string[] | undefined {
  if (!line.includes('"')) return line.split(',')
  const pair = quotedPair.exec(line) // for a whole file of quoted fields the parser, called line by line, takes 1.6 s and this 0.1 s
  if (pair !== null) return [pair[1] ?? pair[2]!, pair[3] ?? pair[4]!]
  try {
    return parse(line, { relax_column_count: true })[0]
  } catch {
    return undefined
  }
}

function readText(path: string): string {
  return readRegular(path, 'table').toString('utf8')
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

function cut(line: string): string {
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}
