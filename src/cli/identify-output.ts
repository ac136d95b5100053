import { csvText, formatTable } from '../base/index.ts'
import type { Identification } from '../identify/index.ts'

/** The table on the screen: of a model without a calibration without probabilities. */
export function tableText(found: readonly Identification[]): string {
  const calibrated = found.some(({ answer }) => answer.probability !== undefined)
  const columns = ['photo', 'rank', 'identity', 'similarity', 'best match', 'probability', 'answer']
  const shown = calibrated ? columns.length : 5
  return formatTable(
    columns.slice(0, shown),
    rowsOf(found).map((cells) => cells.slice(0, shown)),
  )
}

/** A row for each candidate; each photo has one, an empty one where there was nothing to compare it with. */
function rowsOf(found: readonly Identification[]): (string | number)[][] {
  return found.flatMap(({ photo, candidates, answer }) => {
    if (candidates.length === 0) return [[photo.filename, '', '', '', '', '', answer.answer]]
    return candidates.map((c) => [
      photo.filename,
      c.rank,
      c.identity,
      c.similarity.toFixed(4),
      c.photo.filename,
      c.probability?.toFixed(4) ?? '',
      answer.answer,
    ])
  })
}

const csvHeader = [
  'photo',
  'rank',
  'identity',
  'similarity',
  'best_match',
  'probability',
  'answer',
  'new_probability',
  'rests_on',
]

/** The table as CSV, with what each answer rests on. */
export function tableOf(found: readonly Identification[], because: readonly string[]): string {
  const rows = found.flatMap((one, i) =>
    rowsOf([one]).map((cells) => [...cells, one.answer.newProbability?.toFixed(4) ?? '', because[i]!]),
  )
  return csvText([csvHeader, ...rows])
}

/** A photo's candidates and answer as JSON. */
export function plain({ photo, candidates, leftOut, answer }: Identification, because: string) {
  return {
    photo: photo.filename,
    ...(photo.box === undefined ? {} : { box: photo.box }),
    candidates: candidates.map(({ rank, identity, similarity, places, mirrored, probability, photo: match }) => ({
      rank,
      identity,
      similarity: Number(similarity.toFixed(6)),
      ...(places === undefined ? {} : { places, mirrored }),
      bestMatch: match.filename,
      path: match.path,
      ...(probability === undefined ? {} : { probability: Number(probability.toFixed(6)) }),
    })),
    leftOut: leftOut.map(({ filename }) => filename),
    answer: {
      answer: answer.answer,
      identity: answer.identity ?? null,
      probability: answer.probability ?? null,
      newProbability: answer.newProbability ?? null,
      reason: answer.reason,
      notCompared: answer.notCompared,
      bothFlanks: answer.bothFlanks,
      because,
    },
  }
}
