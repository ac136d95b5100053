/** A cell as a table file has it; numbers stay numbers. */
export type Cell = string | number

/** What becomes of words that a spreadsheet would run: kept where the table is somebody's own and is read again by its names. */
export interface CsvOptions {
  readonly formulas?: 'disarmed' | 'kept'
}

/**
 * Rows as a CSV that people open (RFC 4180), each with its line end; the first is the header. With a byte order mark where there is more
 * than ASCII: spreadsheets take a file without it for their system's own letters, and spoil names.
 */
export function csvText(rows: readonly (readonly Cell[])[], options: CsvOptions = {}): string {
  const text = rows.map((row) => csvLine(row, options)).join('')
  return /^[\x00-\x7f]*$/.test(text) ? text : `\uFEFF${text}`
}

/** One row as `csvText` writes it, the line end included: quoted where needed, formulas of spreadsheets disarmed. */
export function csvLine(row: readonly Cell[], { formulas }: CsvOptions = {}): string {
  return `${row.map((cell) => csvCell(cell, formulas === 'kept')).join(',')}\n`
}

/** Quoted where it must be; an apostrophe before words that a spreadsheet would run as a formula. */
function csvCell(value: Cell, keep: boolean): string {
  const text = String(value)
  const safe = typeof value === 'string' && !keep && /^[=+@\t\r-]/.test(text) && !isNumber(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)
}
