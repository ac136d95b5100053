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

/** A row out of a map from columns to values. */
export function sparseRow(entries: ReadonlyMap<number, number>): SparseRow {
  const columns = Int32Array.from(entries.keys()).sort()
  return { columns, values: Float64Array.from(columns, (column) => entries.get(column)!) }
}

/** The mean of sparse rows. */
export function meanRow(rows: readonly SparseRow[]): SparseRow {
  const sums = new Map<number, number>()
  for (const { columns, values } of rows)
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!
      sums.set(column, (sums.get(column) ?? 0) + values[i]! / rows.length)
    }
  return sparseRow(sums)
}

/** Sum of a row's values. */
export function sumOf({ values }: SparseRow): number {
  return values.reduce((sum, value) => sum + value, 0)
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
