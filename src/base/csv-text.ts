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

/** Quoted where it must be. */
function csvCell(value: Cell, keep: boolean): string {
  const safe = typeof value === 'number' || keep ? String(value) : disarmed(value)
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/**
 * An apostrophe before words that a spreadsheet would run as a formula: at a cell's begin, and behind a mark at which it begins a new cell
 * in countries where commas are decimal, whatever the quotation marks say.
 */
function disarmed(text: string): string {
  const begun = /^[=+@\t\r-]/.test(text) && !isNumber(text) ? `'${text}` : text
  return begun.replace(/([;\t]\s*)(?=[=+@-])/g, "$1'")
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)
}
