/** Bytes for people: `1.5 GB` (decimal units). */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let unit = 0
  let value = bytes
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** A duration for people: `42 s`, `3 min 20 s`, `2 h 05 min`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`
}

/** A name or a cell within a line: as `visible`, and line ends and tabs are numbers too, which would break the row. */
export function oneLine(text: string): string {
  return visible(text).replace(
    /[\n\t\u2028\u2029]/g,
    (mark) => `\\u${mark.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}

/** Rows as text columns, left-aligned for text and right-aligned for numbers, two spaces apart. */
export function formatTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => oneLine(String(cell))))
  const widths = header.map((title, c) => Math.max(title.length, ...cells.map((row) => (row[c] ?? '').length)))
  const line = (row: readonly string[], types: readonly (string | number)[]) =>
    row
      .map((cell, c) => (typeof types[c] === 'number' ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd()
  return [line(header, rows[0] ?? header), ...cells.map((row, r) => line(row, rows[r]!))].join('\n')
}

/**
 * Text for a terminal: control characters, with which a file name could move the cursor or rename the window, and marks that turn the
 * direction of writing are shown as their numbers. Line ends and tabs stay.
 */
export function visible(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (control) => {
    const code = control.codePointAt(0)!.toString(16)
    return `\\u${code.padStart(4, '0')}`
  })
}
