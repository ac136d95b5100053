import { csvText, formatTable } from '../base/index.ts'
import type { Identification } from '../identify/index.ts'
import { placeTimeColumns } from './place-time.ts'

/** Whether the numbers called similarities elsewhere are a calibration's scores. */
export function isScored(found: readonly Identification[]): boolean {
  return found.some(({ isScore }) => isScore === true)
}

/** The table on the screen: of a model without a calibration without probabilities; of matched coats with the number of places that agree. */
export function tableText(found: readonly Identification[]): string {
  const calibrated = found.some(({ answer }) => answer.probability !== undefined || answer.reason === 'decided')
  const scale = isScored(found) ? 'score' : 'similarity'
  const columns = ['photo', 'rank', 'identity', scale, 'best match', 'probability', 'answer']
  const shown = calibrated ? columns.length : 5
  const isTold = found.some(({ candidates }) => candidates.some(({ mirrored }) => mirrored === true))
  const mirrored = found.flatMap(({ candidates }) =>
    candidates.length === 0 ? [''] : candidates.map((one) => (one.mirrored === true ? 'fits better' : '')),
  )
  const places = found.flatMap(({ candidates }) =>
    candidates.length === 0 ? [''] : candidates.map((one) => String(one.places ?? '')),
  )
  const isMatched = places.some((count) => count !== '')
  const withPlaces = (cells: readonly (string | number)[], count: string) =>
    isMatched ? [...cells.slice(0, 4), count, ...cells.slice(4, shown)] : cells.slice(0, shown)
  const { header, cellsOf } = placeTimeColumns(found)
  const boxed = showsSeveral(found)
  const beside = found.flatMap(({ candidates }) =>
    candidates.length === 0 ? [cellsOf(undefined)] : candidates.map(cellsOf),
  )
  const boxes = found.flatMap((one) => Array.from({ length: Math.max(one.candidates.length, 1) }, () => boxWords(one)))
  const told = header.map((name) => name.replaceAll('_', ' '))
  const last = [...(isTold ? ['mirrored'] : []), ...told, ...(boxed ? ['animal at'] : [])]
  return formatTable(
    [...withPlaces(columns, 'places'), ...last].map(String),
    rowsOf(found).map((cells, i) => [
      ...withPlaces(cells, places[i]!),
      ...(isTold ? [mirrored[i]!] : []),
      ...beside[i]!,
      ...(boxed ? [boxes[i]!] : []),
    ]),
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

/** Beside them where places of the coat were matched: how many agree with the best match, and whether the mirrored photo fits it better. */
const matchedHeader = ['places', 'mirrored']

/** Beside them where decisions were read: who said so, and what was decided of the photo and this individual. */
const decidedHeader = ['answered_by', 'decided']

/** Beside them where a photo shows several animals: the box of each, in pixels of the upright photo. */
const boxHeader = ['x', 'y', 'width', 'height']

function showsSeveral(found: readonly Identification[]): boolean {
  return new Set(found.map(({ photo }) => photo.filename)).size < found.length
}

function boxOf({ photo: { box } }: Identification): (number | string)[] {
  return box === undefined ? boxHeader.map(() => '') : [box.x, box.y, box.width, box.height]
}

function boxWords({ photo: { box } }: Identification): string {
  return box === undefined ? '' : `${box.x}, ${box.y}, ${box.width} × ${box.height}`
}

/** The table as CSV, with what each answer rests on, and where people decided who gave it. */
export function tableOf(
  found: readonly Identification[],
  because: readonly string[],
  { decided }: { readonly decided: boolean },
): string {
  const matched = found.some(({ candidates }) => candidates.some(({ places }) => places !== undefined))
  const { header, cellsOf } = placeTimeColumns(found)
  const boxed = showsSeveral(found)
  const rows = found.flatMap((one, i) =>
    rowsOf([one]).map((cells, row) => [
      ...cells,
      one.answer.newProbability?.toFixed(4) ?? '',
      because[i]!,
      ...(matched ? matchedOf(one.candidates[row]) : []),
      ...cellsOf(one.candidates[row]),
      ...(decided ? [answeredBy(one), one.candidates[row]?.decided ?? ''] : []),
      ...(boxed ? boxOf(one) : []),
    ]),
  )
  return csvText([
    [
      ...csvHeader,
      ...(matched ? matchedHeader : []),
      ...header,
      ...(decided ? decidedHeader : []),
      ...(boxed ? boxHeader : []),
    ],
    ...rows,
  ])
}

function matchedOf(candidate: Identification['candidates'][number] | undefined): (string | number)[] {
  return [candidate?.places ?? '', candidate?.mirrored === undefined ? '' : candidate.mirrored ? 'yes' : 'no']
}

/** A person, where one decided; else the model. */
function answeredBy({ answer }: Identification): 'person' | 'model' {
  return answer.reason === 'decided' ? 'person' : 'model'
}

/** A photo's candidates and answer as JSON. */
export function plain({ photo, candidates, leftOut, answer }: Identification, because: string) {
  return {
    photo: photo.filename,
    ...(photo.box === undefined ? {} : { box: photo.box }),
    candidates: candidates.map(
      ({ rank, identity, similarity, places, mirrored, probability, placeTime, decided, photo: match }) => ({
        rank,
        identity,
        similarity: Number(similarity.toFixed(6)),
        ...(places === undefined ? {} : { places, mirrored }),
        bestMatch: match.filename,
        path: match.path,
        ...(probability === undefined ? {} : { probability: Number(probability.toFixed(6)) }),
        ...(placeTime === undefined ? {} : { placeTime }),
        ...(decided === undefined ? {} : { decided }),
      }),
    ),
    leftOut: leftOut.map(({ filename }) => filename),
    answer: {
      answer: answer.answer,
      identity: answer.identity ?? null,
      probability: answer.probability ?? null,
      newProbability: answer.newProbability ?? null,
      reason: answer.reason,
      notCompared: answer.notCompared,
      bothFlanks: answer.bothFlanks,
      ...(answer.decidedBy === undefined ? {} : { decidedBy: answer.decidedBy }),
      ...(answer.conflict === undefined ? {} : { conflict: answer.conflict }),
      because,
    },
  }
}
