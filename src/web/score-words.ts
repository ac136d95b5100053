import { count } from '../chart/index.ts'
import type { ReportData, ReportPaired, ReportScores } from '../report/data.ts'

/** Between what the score lies, and what chance reaches: `0.41 to 0.63 · by chance 0.07`. */
export function besideScore(
  { scoring }: Pick<ReportData, 'scoring'>,
  name: keyof ReportScores,
  places: number,
): string {
  const interval = scoring.intervals.identity?.scores[name]
  const between = interval === undefined ? [] : [interval.map((end) => end.toFixed(places)).join(' to ')]
  return [...between, `by chance ${scoring.chance[name].toFixed(places)}`].join(' · ')
}

/** Of what the intervals are, in a sentence. */
export function intervalWords({ scoring }: Pick<ReportData, 'scoring'>): string {
  const { identity } = scoring.intervals
  if (identity === null) return 'No intervals: the queries show one individual only. By chance: a random order.'
  const few = identity.tooFew ? '; so few that they are too narrow' : ''
  return `Beside each score: its ${identity.level * 100} % interval, over the ${count(identity.units, 'individual')}${few}, and what a random order reaches.`
}

/** A score with another background, and what it lost: `0.3000 (−0.340, 95 % interval −0.410 to −0.250 · by chance 0.214)`. */
export function lossWords({ b, difference, interval, chanceB }: ReportPaired): string {
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`
  const chance = chanceB === null ? '' : ` · by chance ${chanceB.toFixed(3)}`
  return `${b.toFixed(4)} (${signed(difference)}, 95 % interval ${interval.map(signed).join(' to ')}${chance})`
}
