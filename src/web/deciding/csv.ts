import type { DecidedPair } from '../../report/deciding-data.ts'

/** Decisions as the CSV that rosette reads: photo, other photo, decision. */
export function decisionsCsv(decisions: readonly DecidedPair[]): string {
  const rows = decisions.map(({ photo, other, decision }) => [photo, other, decision])
  return [['photo', 'other photo', 'decision'], ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('')
}

/** Quoted where it must be; an apostrophe before a name that a spreadsheet would run as a formula. */
function cell(name: string): string {
  const text = /^[=+@\t\r-]/.test(name) ? `'${name}` : name
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
