import type { ReportData } from './data.ts'

/** The map as a table: a row for each photo with what is known of it, its scores and its place in each projection. */
export function mapCsv(data: ReportData): string {
  return mapLines(data).join('')
}

/** The lines of `mapCsv`, their ends included: the header, then one for each photo. */
export function mapLines({ photos, identities, projections }: ReportData): string[] {
  const names = projections.flatMap(({ name }) => [`${name}_x`, `${name}_y`])
  const rows = photos.map(({ file, identity, encounter, flank, split, ap, rank1 }, i) => [
    file,
    identities[identity]!,
    encounter,
    flank,
    split,
    ap ?? '',
    rank1 === null ? '' : rank1 ? 'right' : 'wrong',
    ...projections.flatMap(({ x, y }) => [x[i]!, y[i]!]),
  ])
  const header = ['filename', 'identity', 'encounter', 'flank', 'split', 'average_precision', 'rank_1', ...names]
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\n`)
}

/** Quoted where it must be (RFC 4180); an apostrophe before words that a spreadsheet would run as a formula. */
function cell(value: string | number): string {
  const text = typeof value === 'string' ? value.replace(/^[=+@-]/, "'$&") : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
