import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { csvText } from '../src/base/index.ts'

/** A row of a table of results, by column; none of its cells has a comma. */
export type KeptRow = Readonly<Record<string, string>>

/** A table of results, and the columns that tell one question from another; the rest of a row is what was measured. */
export interface KeptTable {
  readonly file: string
  readonly columns: readonly string[]
  readonly question: readonly string[]
}

/** Puts a row into the table, in place of one of the same question. */
export function keepRow({ file, columns, question }: KeptTable, row: KeptRow): void {
  const isOther = (one: KeptRow) => question.some((column) => (one[column] ?? '') !== row[column])
  const rows = [...(existsSync(file) ? rowsOf(file) : []).filter(isOther), row]
  writeFileSync(file, csvText([columns, ...rows.map((one) => cellsOf(columns, one))]))
}

/** A row's cells in the order of the columns, empty where it has none. */
export function cellsOf(columns: readonly string[], row: KeptRow): string[] {
  return columns.map((column) => row[column] ?? '')
}

function rowsOf(path: string): KeptRow[] {
  const [first = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/)
  const fields = first.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [fields[i]!, cell])))
}
