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

/** A row that is put among others: numbers, and for vectors and lists what each of them has there. */
export interface NewRow {
  readonly columns: ArrayLike<number>
  readonly values?: ArrayLike<number>
}

/**
 * Rows of numbers with values, one after another in memory: row r has the entries starts[r] … ends[r] − 1. As objects of their own they
 * would lie everywhere, and a mean of six take three times as long.
 */
export class SparseRows {
  readonly starts: Int32Array
  readonly ends: Int32Array
  columns = new Int32Array(0)
  values = new Float64Array(0)
  #end = 0

  constructor(count: number) {
    this.starts = new Int32Array(count)
    this.ends = new Int32Array(count)
  }

  /** Copies a row in, behind all others; what the row was before still takes its room. */
  put(row: number, { columns, values }: NewRow): void {
    const [start, end] = [this.#end, this.#end + columns.length]
    if (end > this.columns.length) this.#grow(2 * end)
    for (let i = 0; i < columns.length; i++) this.columns[start + i] = columns[i]!
    if (values !== undefined) for (let i = 0; i < values.length; i++) this.values[start + i] = values[i]!
    this.starts[row] = start
    this.ends[row] = this.#end = end
  }

  /** A view, good until rows are put in. */
  row(row: number): SparseRow {
    const [start, end] = [this.starts[row]!, this.ends[row]!]
    return { columns: this.columns.subarray(start, end), values: this.values.subarray(start, end) }
  }

  /** The first k columns of a row, all of them unless told, as a view. */
  first(row: number, k: number = this.columns.length): Int32Array {
    const start = this.starts[row]!
    return this.columns.subarray(start, Math.min(start + k, this.ends[row]!))
  }

  /** Whether a column is among the first k of a row. */
  holds(row: number, column: number, k: number = this.columns.length): boolean {
    const start = this.starts[row]!
    const end = Math.min(start + k, this.ends[row]!)
    for (let e = start; e < end; e++) if (this.columns[e] === column) return true
    return false
  }

  /** Sum of a row's values. */
  sum(row: number): number {
    let sum = 0
    for (let e = this.starts[row]!; e < this.ends[row]!; e++) sum += this.values[e]!
    return sum
  }

  copy(): SparseRows {
    const copy = new SparseRows(this.starts.length)
    copy.#grow(this.#end)
    copy.columns.set(this.columns.subarray(0, this.#end))
    copy.values.set(this.values.subarray(0, this.#end))
    copy.backTo(this, this.starts.keys())
    return copy
  }

  /** Undoes what was put into these rows of a copy. */
  backTo(original: SparseRows, rows: Iterable<number>): void {
    for (const row of rows) {
      this.starts[row] = original.starts[row]!
      this.ends[row] = original.ends[row]!
    }
    this.#end = original.#end
  }

  #grow(room: number): void {
    const [columns, values] = [new Int32Array(room), new Float64Array(room)]
    columns.set(this.columns)
    values.set(this.values)
    this.columns = columns
    this.values = values
  }
}

/** The mean of some of the rows and one more, which is the first of the sum; good until the next. `near` rises and has much the same columns. */
export type MeanRow = (first: SparseRow, rows: SparseRows, others: Int32Array, near?: Int32Array) => SparseRow

/** Makes means of rows with so many columns, in memory that is used again. */
export function averaging(columnCount: number): MeanRow {
  const sums = new Float64Array(columnCount)
  const values = new Float64Array(columnCount)
  const found = new IndexSet(columnCount)
  const add = (columns: Int32Array, of: Float64Array, start: number, end: number, rows: number) => {
    for (let e = start; e < end; e++) {
      const column = columns[e]!
      const before = sums[column]!
      if (before === 0) found.add(column)
      sums[column] = before + of[e]! / rows
    }
  }
  return (first, rows, others, near) => {
    const count = others.length + 1
    add(first.columns, first.values, 0, first.columns.length, count)
    for (const other of others) add(rows.columns, rows.values, rows.starts[other]!, rows.ends[other]!, count)
    const columns = found.rising(near)
    for (let i = 0; i < columns.length; i++) {
      values[i] = sums[columns[i]!]!
      sums[columns[i]!] = 0
    }
    found.clear()
    return { columns, values: values.subarray(0, columns.length) }
  }
}

/** A sparse matrix of as many columns as rows, seen by columns. */
export function byColumn({ starts: rowStarts, ends, columns, values: rowValues }: SparseRows): ByColumn {
  const count = rowStarts.length
  const starts = new Int32Array(count + 1)
  for (let row = 0; row < count; row++) for (let e = rowStarts[row]!; e < ends[row]!; e++) starts[columns[e]! + 1]!++
  for (let column = 0; column < count; column++) starts[column + 1]! += starts[column]!
  const next = starts.slice()
  const [rows, values] = [new Int32Array(starts[count]!), new Float64Array(starts[count]!)]
  for (let row = 0; row < count; row++)
    for (let e = rowStarts[row]!; e < ends[row]!; e++) {
      const at = next[columns[e]!]!++
      rows[at] = row
      values[at] = rowValues[e]!
    }
  return { starts, rows, values }
}
