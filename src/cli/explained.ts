import { counted } from '../base/index.ts'
import type { ReportData } from '../report/index.ts'

type Explained = Pick<ReportData, 'explanations' | 'photos'>

/** How many matches of each kind a report explains, as a line of its summary. */
export function explainedLine({ explanations, photos }: Explained): string {
  const right = explanations.filter(({ query, match }) => photos[query]?.identity === photos[match]?.identity).length
  return `explained ${counted(right, 'right match', 'right matches')} and ${counted(explanations.length - right, 'wrong match', 'wrong matches')}`
}

/** Why nothing is explained though it was asked for; undefined where something is, or nothing was asked. */
export function notExplained(
  asked: number | undefined,
  { shared, explainable, explanations }: Pick<ReportData, 'shared' | 'explainable' | 'explanations'>,
): string | undefined {
  if (asked === undefined || asked === 0 || explanations.length > 0) return undefined
  if (shared) return '--explain is not used: a shared report shows no photos'
  if (!explainable)
    return '--explain is not used: several networks work as one here; a report of one of them explains matches'
  return undefined
}
