import { counted, formatTable } from '../base/index.ts'
import type { ProtocolReport, ProtocolScores } from '../identify/index.ts'
import type { Interval, OpenSetScores, Statistics } from '../retrieval/index.ts'
import { intervalText, limitText, signed, signedInterval } from './score-table.ts'

/** One model under every protocol, the gap first: what a score is worth depends on whom a query may meet. */
export function protocolText(report: ProtocolReport): string {
  return [gapText(report), protocolTable(report), openText(report)].filter((part) => part !== '').join('\n\n')
}

function gapText({ gap }: ProtocolReport): string {
  if (gap === null) return ''
  const { identityBalancedMap: score, rank1, queries, identities } = gap
  const asked = `on the same ${counted(queries, 'query', 'queries')} of ${counted(identities, 'individual')}`
  if (score.a === score.b && rank1.a === rank1.b)
    return [
      'NO GAP  Leaving out photos of the same encounter changes neither the identity-balanced mAP nor rank-1,',
      `        ${score.a.toFixed(3)} and ${rank1.a.toFixed(3)}, ${asked}.`,
    ].join('\n')
  return [
    `THE GAP  Without photos of the same encounter the identity-balanced mAP ${changed(score)}, and rank-1`,
    `         ${changed(rank1)}, ${asked} (mAP: ${signed(score.difference)}, 95 % interval`,
    `         ${signedInterval(score.interval)}). Expect the lower numbers on new sightings.`,
  ].join('\n')
}

function changed(score: { readonly a: number; readonly b: number }): string {
  const [a, b] = [score.a.toFixed(3), score.b.toFixed(3)]
  return a === b ? `stays at ${a}` : `${score.b < score.a ? 'falls' : 'goes'} from ${a} to ${b}`
}

/** What a row tells. */
type ClosedScores = Pick<ProtocolScores, 'queries' | 'rank1' | 'identityBalancedMap' | keyof Statistics>

/** A row for each protocol, a column for each metric: its value, and in brackets its interval and chance. */
function protocolTable({
  allPhotos,
  otherEncounters,
  queriesAgainstGallery,
  knownAndNew,
  gap,
}: ProtocolReport): string {
  const against =
    queriesAgainstGallery === null ? 'queries against a gallery' : `against ${queriesAgainstGallery.gallery}`
  const row = (name: string, scores: ClosedScores | null) => {
    if (scores === null) return [name, '–', '–', '–', '–']
    const { chance, intervals, queries } = scores
    const of = (metric: 'identityBalancedMap' | 'rank1') =>
      cell(scores[metric], intervals.identity?.scores[metric], chance[metric])
    return [name, `${queries}`, of('identityBalancedMap'), of('rank1'), '–']
  }
  const open = (scores: OpenSetScores) => [
    'known and new individuals',
    `${scores.knownQueries + scores.newQueries}`,
    ...['–', '–', cell(scores.auroc, scores.intervals.auroc, scores.chance.auroc)],
  ]
  const table = formatTable(
    ['protocol', 'queries', 'id.-balanced mAP', 'rank-1', 'AUROC, known from new'],
    [
      row('each photo against all others', allPhotos),
      ...(gap === null ? [] : [row('the same, the queries of the next row', { ...gap.leftIn, queries: gap.queries })]),
      row('each photo against other encounters', otherEncounters),
      row(against, queriesAgainstGallery),
      ...(knownAndNew === null ? [] : [open(knownAndNew)]),
    ],
  )
  return `${table}\nin brackets: the 95 % interval over individuals, and chance`
}

/** `0.226 (0.169 to 0.288; 0.028)`. */
function cell(value: number, interval: Interval | undefined, chance: number): string {
  return `${value.toFixed(3)} (${intervalText(interval)}; ${chance.toFixed(3)})`
}

/** What a threshold does with known and new individuals. */
function openText({ knownAndNew }: ProtocolReport): string {
  if (knownAndNew === null) return 'known and new individuals: too few individuals to hold some out'
  const { knownIdentities, newIdentities, knownQueries, newQueries, chance, intervals, threshold } = knownAndNew
  const names = [
    ['known ones named rightly (BAKS)', 'baks'],
    ['new ones called new (BAUS)', 'baus'],
    ['√(BAKS · BAUS)', 'geometricMean'],
  ] as const satisfies readonly (readonly [string, keyof OpenSetScores])[]
  const scores = names.map(([label, name]) => `${label} ${cell(knownAndNew[name], intervals[name], chance[name])}`)
  return [
    `known and new individuals: ${counted(knownQueries, 'query', 'queries')} of ${counted(knownIdentities, 'known individual')}, ${newQueries} of ${newIdentities} that are not in the gallery.`,
    `With a limit on the similarity of the nearest photo (the best here: ${limitText(threshold)}): ${scores.join(', ')}`,
  ].join('\n')
}
