import { check, counted, invariant, writeFileAtomic } from '../base/index.ts'
import { readSubmission } from './submission-lines.ts'
import { decimalText } from './submission-number.ts'

/** A similarity for each pair of test.csv, ready to be written. */
export interface Submission {
  /** In test.csv's order. */
  readonly rowIds: readonly string[]
  /** One for each row, in [0, 1]. */
  readonly scores: Float32Array | Float64Array
}

/** The columns of a submission. */
const submissionColumns = ['row_id', 'similarity'] as const

/**
 * Writes `row_id,similarity`, a line for each row, whole or not at all; then reads the file back and compares every row.
 * Numbers are the shortest decimals that read back exactly (as float32 or float64, as given), never with an exponent.
 * @throws InputError for lists of different lengths and for a score that is NaN or outside of [0, 1], naming its row id.
 */
export function writeSubmission(path: string, { rowIds, scores }: Submission): void {
  check(rowIds.length === scores.length, `submission: ${rowIds.length} row ids and ${scores.length} scores`)
  const precision = scores instanceof Float32Array ? 'float32' : 'float64'
  const lines: string[] = [submissionColumns.join(',')]
  for (let row = 0; row < rowIds.length; row++) {
    const score = scores[row]!
    check(score >= 0 && score <= 1, `submission: row_id ${rowIds[row]}: expected a similarity in [0, 1], got ${score}`)
    lines.push(`${field(rowIds[row]!)},${decimalText(score, precision)}`)
  }
  writeFileAtomic(path, `${lines.join('\n')}\n`)
  readBack(path, rowIds, scores)
}

function readBack(path: string, rowIds: readonly string[], scores: Float32Array | Float64Array): void {
  const { rows, problems } = readSubmission(path)
  invariant(
    problems.total === 0 && rows.length === rowIds.length,
    `${path} reads back as ${counted(rows.length, 'row')}`,
  )
  const stored = scores.slice(0, 1) // rounds as the scores are rounded
  rows.forEach(({ rowId, similarity }, row) => {
    stored[0] = Number(similarity)
    invariant(
      rowId === rowIds[row] && stored[0] === scores[row],
      `${path} reads back as ${rowId},${similarity}, written was ${rowIds[row]},${scores[row]}`,
    )
  })
}

function field(rowId: string): string {
  check(!/[\r\n]/.test(rowId), `submission: row_id ${JSON.stringify(rowId)} has a line break`)
  return /[",]/.test(rowId) ? `"${rowId.replaceAll('"', '""')}"` : rowId
}
