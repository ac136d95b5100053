import { counted, formatTable } from '../base/index.ts'
import type { BackgroundReliance, BackgroundScores, EvaluationReport } from '../identify/index.ts'
import {
  type Agreement,
  type AgreementIntervals,
  type Interval,
  metricLabel,
  metricNames,
  type PairedScore,
  type Scores,
  type Statistics,
} from '../retrieval/index.ts'

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

/** `rank-1 0.250, identity-balanced rank-1 0.125`; of an older file, which does not tell the second, rank-1 alone. */
export function rank1Words(told: {
  readonly rank1: number
  readonly identityBalancedRank1?: number | undefined
}): string {
  return eachTold(told, (score) => score.toFixed(3)).join(', ')
}

/** The same of intervals: `rank-1 0.194 to 0.442`; nothing of what is not told. */
export function rank1Intervals(told: {
  readonly rank1?: Interval | undefined
  readonly identityBalancedRank1?: Interval | undefined
}): readonly string[] {
  return eachTold(told, intervalText)
}

function eachTold<T>(
  told: { readonly rank1?: T | undefined; readonly identityBalancedRank1?: T | undefined },
  text: (value: T) => string,
): string[] {
  return (['rank1', 'identityBalancedRank1'] as const).flatMap((name) => {
    const value = told[name]
    return value === undefined ? [] : [`${metricLabel(name)} ${text(value)}`]
  })
}

/** Whether what a random order reaches lies within a score's interval, or above it; without an interval the score itself decides. */
export function isNoBetterThanChance(found: {
  readonly score: number
  readonly interval: Interval | undefined
  readonly chance: number
}): boolean {
  return found.chance >= (found.interval?.[0] ?? found.score)
}

/** Of an identity-balanced mAP that is no better than chance. */
export const noBetterThanChance =
  'this identity-balanced mAP is no better than chance, within its interval: nothing shows that the network tells these animals apart'

/** `0.012`, `−0.250`. */
export function withMinus(value: number): string {
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(3)}`
}

/** `+0.012`, `−0.250`. */
export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`
}

/** Between what a difference lies: `−0.263 to −0.120`. */
export function signedInterval(interval: Interval): string {
  return interval.map(signed).join(' to ')
}

/** How the intervals were drawn, and whether there were enough to draw from. */
export function intervalWords({ intervals: { identity } }: Pick<Statistics, 'intervals'>): string {
  if (identity === null) return 'intervals: none, because the queries show only one individual'
  const few = identity.tooFew ? ': so few that they are too narrow' : ''
  return `intervals: ${identity.resamples} bootstrap samples of ${counted(identity.units, 'individual')}${few}; by chance: a random order of each query's gallery`
}

/** How often two photos of one individual are taken for two, a line for each rate of the opposite error. */
export function verificationLines({ verification }: Pick<EvaluationReport, 'verification'>): string[] {
  return verification.at.map(
    ({ fmr, fnmr, threshold, intervals }) =>
      `pairs     with a limit at similarity ${limitText(threshold)}, ${percent(fmr)} of pairs of two individuals are taken for one, and ${percent(fnmr)} of pairs of one are missed (${percentInterval(intervals.identity)}by chance ${percent(1 - fmr)})`,
  )
}

/** Three decimals, and near 1 six: scores of matched places crowd there, and "1.000" would be no limit. */
export function limitText(threshold: number): string {
  return threshold.toFixed(threshold < 0.9995 ? 3 : 6)
}

/** How well the photos fall into individuals without labels. */
export function clusteringLines({ clustering }: Pick<EvaluationReport, 'clustering'>): string[] {
  if (clustering === null) return []
  const { numberKnown, numberUnknown, identities } = clustering
  const scores = ({ ami, ari, intervals: { identity } }: Agreement & AgreementIntervals) =>
    `AMI ${withMinus(ami)}${within(identity?.ami)}, ARI ${withMinus(ari)}${within(identity?.ari)}`
  return [
    `clusters  ${scores(numberKnown)} with the number of individuals given (${identities}); ${scores(numberUnknown)} with ${numberUnknown.groups} found (${numberKnown.intervals.identity === null ? '' : 'in brackets 95 % intervals; '}by chance 0)`,
  ]
}

/** What the scores lose when everything outside of the masks is filled: of photos, or of the queries alone where they are held against a gallery. */
export function backgroundLines(background: BackgroundReliance | null, against: 'each other' | 'a gallery'): string[] {
  if (background === null) return []
  const { masked, swapped } = background
  const changed = against === 'each other' ? counted(masked, 'photo') : counted(masked, 'query', 'queries')
  const words = (score: PairedScore) =>
    `${fromTo(score)}; 95 % interval of the difference: ${signedInterval(score.interval)})`
  const line = (what: string, { map, identityBalancedMap }: BackgroundScores) =>
    `background ${what} on ${changed}: mAP from ${words(map)}; identity-balanced mAP from ${words(identityBalancedMap)}`
  return [line('filled', background), line('swapped', swapped)]
}

/** Of two scores on the same queries and galleries, which have one chance: `0.640 to 0.300 (by chance 0.214`, to be closed. */
function fromTo({ a, b, chanceA }: PairedScore): string {
  return `${a.toFixed(3)} to ${b.toFixed(3)} (by chance ${chanceA?.toFixed(3) ?? '–'}`
}

/** What place and time bring, and whether that is proven. */
export function priorLines({ prior }: Pick<EvaluationReport, 'prior'>): string[] {
  if (prior === null) return []
  const { told, queries, identityBalancedMap } = prior
  const words = (score: PairedScore) => `${fromTo(score)}; ${signedInterval(score.interval)})`
  const [low, high] = identityBalancedMap.interval
  const verdict =
    low > 0 ? 'they help here' : high < 0 ? 'they mislead here: leave them out' : 'nothing shows that they help here'
  return [
    `prior     place and time, known of ${told} of ${counted(queries, 'query', 'queries')}: rank-1 from ${words(prior.rank1)}, mAP from ${words(prior.map)}, identity-balanced mAP from ${words(identityBalancedMap)}; in brackets chance and the 95 % interval of the difference: ${verdict}`,
  ]
}

/** Behind a score, in brackets: ` (0.412 to 0.633)`; nothing where there is none. */
function within(interval: Interval | undefined): string {
  return interval === undefined ? '' : ` (${interval.map(withMinus).join(' to ')})`
}

/** `95 % interval 41.2 % to 63.3 %; `; nothing where there is none. */
function percentInterval(interval: Interval | null): string {
  return interval === null ? '' : `95 % interval ${interval.map((end) => `${(100 * end).toFixed(1)} %`).join(' to ')}; `
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}
