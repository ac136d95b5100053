import { counted, formatTable } from '../base/index.ts'
import { eceOfLuck } from '../calibration/index.ts'
import type { CalibratedMatching, CalibratedScores, CalibrationRecord, Selection } from '../identify/index.ts'
import { betterMatch } from './default-match.ts'

/** What a calibration was fitted on, how far it holds, and what places of the coat bring; `sightings`: whether a photo met those of other sightings only. */
export function calibrationText(
  record: CalibrationRecord,
  { reason, sightings }: Pick<Selection, 'reason'> & { readonly sightings: boolean },
): string {
  const { fittedOn, embedding, local } = record
  const { data, gallery, photos, individuals, pairs, prior, photosPerIndividual, protocol } = fittedOn
  const measured =
    embedding.measured === null ? unmeasuredLines : measuredLines(record, { ...embedding.measured, sightings })
  return [
    `data     ${data} (${reason})`,
    ...(gallery === null ? [] : [`gallery  ${gallery}`]),
    `fitted   ${counted(pairs, 'pair')} of ${counted(photos, 'photo')} of ${counted(individuals, 'individual')}, ${protocol}`,
    `         ${(prior * 100).toFixed(2)} % of all pairs show one individual; ${photosPerIndividual.toFixed(1)} photos an individual`,
    '',
    ...measured,
    ...(local === undefined ? [] : [takenWords(record)]),
  ].join('\n')
}

/** No number is shown where none was measured: a gain of 0 would read as one. */
const unmeasuredLines = [
  'nothing was measured: these are too few individuals to hold any out; eight or more are needed',
]

function measuredLines(
  { embedding, local, fused }: CalibrationRecord,
  { folds, individuals, sightings }: NonNullable<CalibratedScores['measured']> & { readonly sightings: boolean },
): string[] {
  const among = Math.max(1, Math.round(individuals / folds))
  return [
    formatTable(header, [
      row('similarities', embedding),
      ...(local === undefined ? [] : [row('places alone', local)]),
      ...(fused === undefined ? [] : [row('fused', fused)]),
      ['by chance', '', (1 / among).toFixed(3), '', '', '', ''],
    ]),
    '',
    offByWords,
    `measured in ${counted(folds, 'fold')}, on individuals that were not fitted on: each photo among the individuals of its fold, with its own there and without`,
    `so each photo was asked among some ${counted(among, 'individual')}: rank-1 is lower among more, as \`rosette evaluate\` measures it`,
    ...(sightings ? [] : [noSightings]),
    ...(fused === undefined ? [] : fusionLines(fused)),
    ...(local === undefined ? [] : ['', betterWords('places alone', local)]),
    ...(fused === undefined ? [] : [betterWords('fused', fused)]),
  ]
}

const header = [
  'scores',
  'curve',
  'rank-1',
  'answers off by',
  'pairs off by',
  'absent animals named (above 0.9)',
  'not in the gallery told from known (AUROC)',
]

/** Photos of one moment find each other by anything, mud included. */
const noSightings =
  'no sightings were known: photos of one moment may have found each other, so these numbers say nothing about new sightings (a column of encounters, or of times, tells sightings apart)'

/** What the table means by being off. */
const offByWords = [
  'off by: how far a probability was from the share that was right, on average (ECE); 0.05 means that of answers with 0.90 between 85 and 95 of 100 were right;',
  '        in brackets: how far probabilities that hold would have been off by luck at least, with as few answers',
].join('\n')

function row(name: string, { curve, measured }: CalibratedScores): string[] {
  if (measured === null) return [name, curve.kind, '', '', '', '', '']
  const { rank1, ece, bins, pairEce, absentNamed, absent, newAnimals } = measured
  const offBy = `${ece.toFixed(3)} (${eceOfLuck(bins).toFixed(3)})`
  const auroc = newAnimals?.auroc.toFixed(3) ?? ''
  return [name, curve.kind, rank1.toFixed(3), offBy, pairEce.toFixed(4), `${absentNamed} of ${absent}`, auroc]
}

function fusionLines({ tried, fusion }: NonNullable<CalibrationRecord['fused']>): string[] {
  const rows = tried.map(({ kind, rank1, identityBalancedMap }) => [
    fusionNames[kind] ?? kind,
    rank1.toFixed(3),
    identityBalancedMap.toFixed(3),
  ])
  return [
    '',
    formatTable(['ranked by', 'rank-1', 'identity-balanced mAP'], rows),
    '',
    `--match fused uses ${fusionNames[fusion.kind]}`,
  ]
}

/** Whether places bring more than similarities alone, in identity-balanced mAP. */
function betterWords(name: 'places alone' | 'fused', { gain, better, tooFew }: CalibratedMatching): string {
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`
  const [low, high] = gain.interval
  const beside = `${name}: ${signed(gain.difference)} (99 % interval ${signed(low)} to ${signed(high)}) identity-balanced mAP beside similarities alone, on individuals that did not choose`
  if (tooFew !== undefined) return `${beside}; not proven better: ${tooFew}`
  return better ? `${beside}; proven better` : `${beside}; not proven better`
}

/** What `identify` does from now on. */
function takenWords(record: CalibrationRecord): string {
  const better = betterMatch(record)
  const taken = better === undefined ? 'similarities alone' : `--match ${better}`
  return `\`rosette identify\` takes ${taken}, unless you say --match`
}

const fusionNames: Readonly<Record<string, string>> = {
  embedding: 'similarities alone',
  local: 'places alone',
  additive: 'similarity, and places add to it',
  mean: 'mean of two probabilities',
  pairHead: 'a model of similarity and places',
}
