import { type SheetKind, sheetRanks } from '../chart/index.ts'
import type { ReportData } from './data.ts'

const queriesShown = 8

/** The queries of a sheet: those of lowest AP, or eight at even steps from the lowest to the highest. */
export function sheetQueries({ photos }: ReportData, kind: SheetKind): number[] {
  const scored = photos
    .flatMap(({ ap }, i) => (ap === null ? [] : [{ i, ap }]))
    .sort((a, b) => a.ap - b.ap || a.i - b.i)
  if (kind === 'hardest') return scored.slice(0, queriesShown).map(({ i }) => i)
  const steps = Math.min(queriesShown, scored.length)
  return Array.from({ length: steps }, (_, k) => scored[Math.round(((k + 0.5) / steps) * scored.length - 0.5)]!.i)
}

/** Photos that a sheet shows. */
export function sheetPhotos(data: ReportData, kind: SheetKind): number[] {
  return sheetQueries(data, kind).flatMap((query) => [query, ...data.neighbours[query]!.photos.slice(0, sheetRanks)])
}
