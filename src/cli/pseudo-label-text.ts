import { counted, formatTable } from '../base/index.ts'
import type { RoundReason, SecondRound } from '../study/index.ts'

const reasons: Readonly<Record<Exclude<RoundReason, 'agreed'>, string>> = {
  knownFile: 'the file is a known photo, or one that a model saw in training',
  repeatedFile: 'the same file comes twice',
  scoredSide: 'its table keeps it for validation or for the test',
  'nobody to compare': 'no known photo shows its flank',
  'models disagree': 'the models disagree',
  'not confident': 'a model is not confident enough',
  'not among the nearest': 'it is not among the nearest photos of the known one',
  scoredSighting: 'its sighting has photos that are scored',
}

const confidences: Readonly<Record<SecondRound['confidence'], string>> = {
  probability: 'the probability of a calibration',
  share:
    'the share of known photos whose nearest stranger is less similar. It is no probability, because there is no calibration',
  mixed:
    'of the calibrated models a probability, of the others the share of known photos whose nearest stranger is less similar',
}

/** What was proposed, and why the others were not, in a few lines. */
export function roundText(round: SecondRound, out: string, rows: number): string {
  const taken = round.photos.filter(({ identity }) => identity !== null)
  const individuals = new Set(taken.map(({ identity }) => identity)).size
  const sure = taken.map(({ confidence }) => confidence ?? 0)
  const range =
    taken.length === 0 ? '' : `, confidence ${Math.min(...sure).toFixed(3)} to ${Math.max(...sure).toFixed(3)}`
  const toldReasons = keysOf(reasons).flatMap((reason) => {
    const count = round.photos.filter((photo) => photo.reason === reason).length
    return count === 0 ? [] : [[String(count), reasons[reason]]]
  })
  return [
    `known       ${counted(round.gallery, 'photo')} of ${counted(round.individuals, 'individual')} can give a name`,
    `unlabelled  ${counted(round.photos.length, 'photo')}`,
    `proposed    ${taken.length} of ${counted(individuals, 'individual')}${range}`,
    `confidence  ${confidences[round.confidence]}`,
    ...(toldReasons.length === 0 ? [] : ['', formatTable(['photos', 'left out because'], toldReasons)]),
    '',
    `${out}: ${counted(rows, 'row')}, ${taken.length} of them proposed. These are guesses: look at them before you train`,
  ].join('\n')
}

/** What came of each photo, for JSON. */
export function plainRound({ photos, ...round }: SecondRound) {
  return {
    ...round,
    photos: photos.map(({ photo, identity, reason, confidence }) => ({
      photo: photo.filename,
      identity,
      why: reason === 'agreed' ? 'the models agree' : reasons[reason],
      confidence,
    })),
  }
}

function keysOf<K extends string>(table: Readonly<Record<K, string>>): readonly K[] {
  return Object.keys(table).filter((key): key is K => key in table)
}
