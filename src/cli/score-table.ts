import { formatTable } from '../base/index.ts'
import { type Interval, metricLabel, metricNames, type Scores, type Statistics } from '../retrieval/index.ts'

/** Each score with its interval over individuals and what a random order reaches. */
export function scoreTable(scored: Scores & Statistics): string {
  const { chance, intervals } = scored
  const rows = metricNames.map((name) => [
    metricLabel(name),
    scored[name].toFixed(3),
    intervalText(intervals.identity?.scores[name]),
    chance[name].toFixed(3),
  ])
  const level = intervals.identity === null ? '95 %' : `${intervals.identity.level * 100} %`
  return formatTable(['metric', 'value', `${level} interval`, 'by chance'], rows)
}

/** `0.412 to 0.633`; a dash where there is none. */
export function intervalText(interval: Interval | undefined): string {
  return interval === undefined ? '–' : interval.map((end) => end.toFixed(3)).join(' to ')
}

/** How the intervals were drawn, and whether there were enough to draw from. */
export function intervalWords({ intervals: { identity } }: Pick<Statistics, 'intervals'>): string {
  if (identity === null) return 'intervals: none, for the queries show one individual only'
  const few = identity.tooFew ? ': so few that they are too narrow' : ''
  return `intervals: ${identity.resamples} bootstrap samples of ${identity.units} individuals${few}; by chance: a random order of each query's gallery`
}
