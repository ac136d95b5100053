import { type Cell, csvLine, csvText } from '../base/index.ts'
import type { ReportData } from './data.ts'

/** The map as a table: a row for each photo with what is known of it, its scores and its place in each projection. */
export function mapCsv(data: ReportData): string {
  return csvText(mapRows(data))
}

/** The lines of `mapCsv`, their ends included: the header, then one for each photo. */
export function mapLines(data: ReportData): string[] {
  return mapRows(data).map((row) => csvLine(row))
}

function mapRows({ photos, identities, projections }: ReportData): Cell[][] {
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
  return [header, ...rows]
}
