import { counted, formatTable } from '../base/index.ts'
import type { ProtocolReport, ProtocolScores } from '../identify/index.ts'
import type { OpenSetScores, Statistics } from '../retrieval/index.ts'
import { intervalText, signed, signedInterval } from './score-table.ts'

/** One model under every protocol, the gap first: what a score is worth depends on whom a query may meet. */
export function protocolText(report: ProtocolReport): string {
  return [gapText(report), closedTable(report), openTable(report)].filter((part) => part !== '').join('\n\n')
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
    `THE GAP  Without photos of the same encounter the identity-balanced mAP ${score.b < score.a ? 'falls' : 'goes'} from ${score.a.toFixed(3)} to ${score.b.toFixed(3)}, and rank-1`,
    `         from ${rank1.a.toFixed(3)} to ${rank1.b.toFixed(3)}, ${asked} (mAP: ${signed(score.difference)}, 95 % interval`,
    `         ${signedInterval(score.interval)}). Expect the lower numbers on new sightings.`,
  ].join('\n')
}

/** What a row tells. */
type ClosedScores = Pick<ProtocolScores, 'queries' | 'rank1' | 'identityBalancedMap' | keyof Statistics>

function closedTable({ allPhotos, otherEncounters, queriesAgainstGallery, gap }: ProtocolReport): string {
  const against = queriesAgainstGallery === null ? '' : `against ${queriesAgainstGallery.gallery}`
  const row = (name: string, scores: ClosedScores | null) => {
    if (scores === null) return [name, '–', '–', '', '', '–', '', '']
    const { chance, intervals, queries } = scores
    const of = (metric: 'identityBalancedMap' | 'rank1') => [
      scores[metric].toFixed(3),
      intervalText(intervals.identity?.scores[metric]),
      chance[metric].toFixed(3),
    ]
    return [name, `${queries}`, ...of('identityBalancedMap'), ...of('rank1')]
  }
  const how = ['95 % interval', 'by chance']
  return formatTable(
    ['protocol', 'queries', 'id.-balanced mAP', ...how, 'rank-1', ...how],
    [
      row('each photo against all others', allPhotos),
      ...(gap === null ? [] : [row('the same, the queries of the next row', { ...gap.leftIn, queries: gap.queries })]),
      row('each photo against other encounters', otherEncounters),
      row(queriesAgainstGallery === null ? 'queries against a gallery' : against, queriesAgainstGallery),
    ],
  )
}

function openTable({ knownAndNew }: ProtocolReport): string {
  if (knownAndNew === null) return 'known and new individuals: too few individuals to hold some out'
  const { knownIdentities, newIdentities, knownQueries, newQueries, chance, intervals } = knownAndNew
  const names = [
    ['AUROC of the nearest cosine', 'auroc'],
    ['BAKS: known ones named rightly', 'baks'],
    ['BAUS: new ones called new', 'baus'],
    ['√(BAKS · BAUS)', 'geometricMean'],
  ] as const satisfies readonly (readonly [string, keyof OpenSetScores])[]
  const rows = names.map(([label, name]) => [
    label,
    knownAndNew[name].toFixed(3),
    intervalText(intervals[name]),
    chance[name].toFixed(3),
  ])
  const table = formatTable(['known and new individuals', 'value', '95 % interval', 'by chance'], rows)
  return `${table}\n${counted(knownQueries, 'query', 'queries')} of ${counted(knownIdentities, 'known individual')}, ${newQueries} of ${newIdentities} that are not in the gallery`
}
