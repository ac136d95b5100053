import { counted } from '../base/index.ts'
import { count, escapeText } from '../chart/index.ts'
import { metricLabel, metricNames, type PairedComparison, type PairedScore } from '../retrieval/index.ts'
import type { PairedRuns } from './paired-runs.ts'

/** The paired tests as a section of a page; empty where no run tells of its queries. */
export function pairedSection(pairs: readonly PairedRuns[]): string {
  if (pairs.every(({ comparison }) => comparison === null)) return reasons(pairs)
  return `<h2>Differences on the same queries</h2>
<p>Whole individuals are drawn again 2,000 times: the 95 % interval of each difference, and p, how often the draws turn its sign (two-sided).</p>
${pairs.map(pairPart).join('\n')}`
}

function reasons(pairs: readonly PairedRuns[]): string {
  return pairs.map(({ a, b, reason }) => `<p>${escapeText(`${a}, ${b}: no paired test: ${reason}.`)}</p>`).join('')
}

function pairPart(pair: PairedRuns): string {
  const { a, b, comparison } = pair
  if (comparison === null) return reasons([pair])
  return `<h3>${escapeText(`${b} against ${a}`)}</h3>
<p>${escapeText(pairedWords(comparison))}</p>
${scoresTable(pair, comparison)}
<details><summary>By individual</summary>${identitiesTable(pair, comparison)}</details>`
}

/** On how many queries, and how many individuals are found better and worse. */
export function pairedWords(comparison: PairedComparison): string {
  const { queries, onlyA, onlyB, identities, tooFew, wins, losses, ties } = comparison
  const others =
    onlyA + onlyB === 0
      ? ''
      : `; ${counted(onlyA, 'query', 'queries')} of the first and ${onlyB} of the second have no counterpart`
  const few = tooFew ? ' These individuals are so few that the intervals are too narrow.' : ''
  const same = ties === 0 ? '' : `, ${ties} alike`
  return `${count(queries, 'query', 'queries')} of ${count(identities, 'individual')} in common${others}. By mean AP ${counted(wins, 'individual is', 'individuals are')} found better, ${losses} worse${same}.${few}`
}

/** The scores that both tell of, with their names. */
export function pairedScores({ scores }: PairedComparison): (readonly [label: string, score: PairedScore])[] {
  return metricNames.flatMap((name) => {
    const score = scores[name]
    return score === undefined ? [] : [[metricLabel(name), score] as const]
  })
}

/** What a random order reaches for both models: one number where it is the same, `0.010, 0.015` by their galleries, a dash for what is not told. */
export function pairedChance({ chanceA, chanceB }: PairedScore, places: number): string {
  const [a, b] = [chanceA, chanceB].map((chance) => chance?.toFixed(places) ?? '–')
  return a === b ? a! : `${a}, ${b}`
}

/** `+0.0123`, `−0.2500`. */
function signedText(value: number, places: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(places)}`
}

function scoresTable({ a, b }: PairedRuns, comparison: PairedComparison): string {
  const rows = pairedScores(comparison).map(([label, score]) => [
    label,
    score.a.toFixed(4),
    score.b.toFixed(4),
    pairedChance(score, 4),
    signedText(score.difference, 4),
    score.interval.map((end) => signedText(end, 4)).join(' to '),
    score.p.toFixed(4),
  ])
  return table(['score', a, b, 'by chance', 'difference', '95 % interval', 'p'], rows)
}

function identitiesTable({ a, b }: PairedRuns, { perIdentity }: PairedComparison): string {
  const rows = perIdentity.map((one) => [
    one.identity,
    String(one.queries),
    one.a.toFixed(4),
    one.b.toFixed(4),
    signedText(one.b - one.a, 4),
  ])
  return table(['individual', 'queries', `mean AP, ${a}`, `mean AP, ${b}`, 'difference'], rows)
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: 'td' | 'th') =>
    row.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join('')
  const body = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')
  return `<div class="wide"><table><thead><tr>${cells(header, 'th')}</tr></thead><tbody>${body}</tbody></table></div>`
}
