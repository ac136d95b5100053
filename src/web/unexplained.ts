import { count } from '../chart/index.ts'
import type { ReportData } from '../report/data.ts'

/** Why a pair of photos has no explanation. */
export function unexplained({
  shared,
  explainable,
  explanations,
}: Pick<ReportData, 'shared' | 'explainable' | 'explanations'>): string {
  return `Why this match? Not explained: ${reason()}.`

  function reason(): string {
    if (shared) return 'a shared report shows no photos'
    if (!explainable) return 'several networks work as one here; a report of one of them explains matches'
    if (explanations.length === 0) return 'this report was made without explanations'
    return `this report explains ${count(explanations.length, 'match', 'matches')}, which Photos lists under Explained matches`
  }
}
