import { IndexSet } from './index-set.ts'

/** The entries of a row that are not 0, by rising column. */
export interface SparseRow {
  readonly columns: Int32Array
  readonly values: Float64Array
}

/** Of each column the rows that have it, and their values there: column c has the entries starts[c] … starts[c + 1] − 1. */
export interface ByColumn {
  readonly starts: Int32Array
  readonly rows: Int32Array
  readonly values: Float64Array
}

/** The mean of some of the rows and one more, which is the first of the sum. `before` is a row with much the same columns. */
export type MeanRow = (
  first: SparseRow,
  rows: readonly SparseRow[],
  others: Int32Array,
  before?: SparseRow,
) => SparseRow

/** Makes means of rows with so many columns, in memory that is used again. */
export function averaging(columnCount: number): MeanRow {
  const sums = new Float64Array(columnCount)
  const found = new IndexSet(columnCount)
  const add = ({ columns, values }: SparseRow, rows: number) => {
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!
      found.add(column)
      sums[column]! += values[i]! / rows
    }
  }
  return (first, rows, others, before) => {
    add(first, others.length + 1)
    for (const other of others) add(rows[other]!, others.length + 1)
    const columns = found.rising(before?.columns)
    const values = new Float64Array(columns.length)
    for (let i = 0; i < columns.length; i++) {
      values[i] = sums[columns[i]!]!
      sums[columns[i]!] = 0
    }
    found.clear()
    return { columns, values }
  }
}

/** Sum of a row's values. */
export function sumOf({ values }: SparseRow): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}

/** Σ min over the columns that both rows have, by rising column. */
export function sharedSum(a: SparseRow, b: SparseRow): number {
  let [sum, i, j] = [0, 0, 0]
  while (i < a.columns.length && j < b.columns.length) {
    const ahead = a.columns[i]! - b.columns[j]!
    if (ahead === 0) sum += Math.min(a.values[i]!, b.values[j]!)
    if (ahead <= 0) i++
    if (ahead >= 0) j++
  }
  return sum
}

/** A sparse matrix of `columnCount` columns, seen by columns. */
export function byColumn(rows: readonly SparseRow[], columnCount: number): ByColumn {
  const starts = new Int32Array(columnCount + 1)
  for (const { columns } of rows) for (const column of columns) starts[column + 1]!++
  for (let column = 0; column < columnCount; column++) starts[column + 1]! += starts[column]!
  const next = starts.slice()
  const entries = starts[columnCount]!
  const [rowOf, values] = [new Int32Array(entries), new Float64Array(entries)]
  rows.forEach((row, r) => {
    row.columns.forEach((column, i) => {
      const at = next[column]!++
      rowOf[at] = r
      values[at] = row.values[i]!
    })
  })
  return { starts, rows: rowOf, values }
}
