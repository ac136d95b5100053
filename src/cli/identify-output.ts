import { csvText, formatTable } from '../base/index.ts'
import { type Candidate, type Identification, placeOfNew } from '../identify/index.ts'
import { boxCells, boxHeader, boxWords, showSeveral } from './animal-words.ts'
import { placeTimeColumns } from './place-time.ts'

/** Whether the numbers are scores that a calibration learnt. */
export function isScored(found: readonly Identification[]): boolean {
  return found.some(({ isScore }) => isScore === true)
}

/**
 * The table on the screen: of a model without a calibration without probabilities; of matched coats with the number of places that agree.
 * The answer stands once, beside a photo's first row. */
export function tableText(found: readonly Identification[]): string {
  const calibrated = found.some(({ answer }) => answer.probability !== undefined || answer.reason === 'decided')
  const candidates = found.flatMap((one) => one.candidates)
  const isMatched = candidates.some(({ places }) => places !== undefined)
  const scale = isMatched || isScored(found) ? 'score' : 'similarity'
  const columns = ['photo', 'rank', 'identity', scale, 'best match', 'probability', 'answer']
  const isTold = candidates.some(({ mirrored }) => mirrored === true)
  const { header, cellsOf } = placeTimeColumns(found)
  const boxed = showSeveral(found.map(({ photo }) => photo))
  const around = (cells: readonly (string | number)[], places: string | number): (string | number)[] => {
    const shown = cells.slice(0, calibrated ? columns.length : 5)
    return isMatched ? [...shown.slice(0, 4), places, ...shown.slice(4)] : shown
  }
  const told = header.map((name) => name.replaceAll('_', ' '))
  const last = [...(isTold ? ['mirrored'] : []), ...told, ...(boxed ? ['animal at'] : [])]
  const rows = found.flatMap((one) =>
    linesOf(one).map(({ cells, candidate }, i) => [
      ...around([...cells, i === 0 ? answerNames[one.answer.answer] : ''], candidate?.places ?? ''),
      ...(isTold ? [candidate?.mirrored === true ? 'fits better' : ''] : []),
      ...cellsOf(candidate),
      ...(boxed ? [boxWords(one.photo)] : []),
    ]),
  )
  return formatTable([...around(columns, 'places'), ...last].map(String), rows)
}

/** What a screen calls answers; files have the words of `Answer`. */
const answerNames = {
  known: 'known',
  new: 'not in the gallery',
  unsure: 'unsure',
} as const satisfies Readonly<Record<Identification['answer']['answer'], string>>

/** What the likeliest answer is called where that is nobody. */
const nobody = '(not in the gallery)'

/** What stands for candidates where all photos of the gallery show the other flank: nothing was compared, which is not the same as nothing found. */
const noneOfFlank = '(no photo of this flank)'

function isOfOtherFlank({ candidates, answer }: Identification): boolean {
  return candidates.length === 0 && answer.notCompared > 0 && answer.reason === 'nobodyToCompare'
}

/** The table's rows of a photo, without its answer: its candidates, and among them by probability that it shows nobody of the gallery. */
function linesOf(one: Identification): { cells: (string | number)[]; candidate?: Candidate }[] {
  const rows = rowsOf([one]).map((cells, i) => ({ cells: cells.slice(0, -1), candidate: one.candidates[i]! }))
  if (isOfOtherFlank(one)) return [{ cells: [one.photo.filename, '', noneOfFlank, '', '', ''] }]
  const isNew = one.answer.newProbability
  if (isNew === undefined || one.candidates.length === 0) return rows
  const line = { cells: [one.photo.filename, '', nobody, '', '', isNew.toFixed(4)] }
  const at = placeOfNew(one)
  return [...rows.slice(0, at), line, ...rows.slice(at)]
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

/** The table as CSV, with what each answer rests on, and where people decided who gave it. */
export function tableOf(
  found: readonly Identification[],
  because: readonly string[],
  { decided }: { readonly decided: boolean },
): string {
  const matched = found.some(({ candidates }) => candidates.some(({ places }) => places !== undefined))
  const { header, cellsOf } = placeTimeColumns(found)
  const boxed = showSeveral(found.map(({ photo }) => photo))
  const rows = found.flatMap((one, i) =>
    rowsOf([one]).map((cells, row) => [
      ...cells,
      one.answer.newProbability?.toFixed(4) ?? '',
      because[i]!,
      ...(matched ? matchedOf(one.candidates[row]) : []),
      ...cellsOf(one.candidates[row]),
      ...(decided ? [answeredBy(one), one.candidates[row]?.decided ?? ''] : []),
      ...(boxed ? boxCells(one.photo) : []),
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
      ...(answer.likeness === undefined ? {} : { likeness: answer.likeness }),
      ...(answer.decidedBy === undefined ? {} : { decidedBy: answer.decidedBy }),
      ...(answer.conflict === undefined ? {} : { conflict: answer.conflict }),
      because,
    },
  }
}
