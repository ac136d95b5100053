import { counted, oneLine, writeFileAtomic } from '../base/index.ts'
import type { Identification } from '../identify/index.ts'
import type { DecidingPage } from '../report/index.ts'
import type { PostProcessing } from '../retrieval/index.ts'
import { animalNames, photosAndAnimals } from './animal-words.ts'
import { type PageToWrite, withPage } from './deciding-page.ts'
import { inFlags } from './flag-words.ts'
import type { Answers } from './identify-answers.ts'
import { isScored, plain, tableOf, tableText } from './identify-output.ts'
import type { Question } from './identify-question.ts'
import { placeTimeLines } from './place-time.ts'
import { replacedWords } from './replaced-photos.ts'
import { say, tell, warn } from './say.ts'
import { withShortPaths } from './short-paths.ts'
import { linesDoubtText } from './whole-photos.ts'

/** What stands beside answers: how often such answers were right, and what their numbers mean. */
export interface BesideAnswers {
  readonly accuracy: string
  readonly meaning: string
}

export async function besideAnswers(
  { found, match, matchers, scores, calibration, costs }: Answers,
  postProcessing: PostProcessing | undefined,
): Promise<BesideAnswers> {
  const { accuracyWords, noAccuracyWords } = await import('../identify/index.ts')
  const isKnown = calibration !== undefined && scores !== undefined
  const accuracy = isKnown ? accuracyWords(calibration, scores, costs) : inFlags(noAccuracyWords)
  const isLearnt = isScored(found)
  const learnt = isLearnt ? [learntScore] : []
  const order = scores?.measured == null ? [] : [match === 'none' ? byProbability : notByScore, ...learnt]
  return { accuracy, meaning: [...order, await meaningOf(postProcessing, { match, matchers, isLearnt })].join(' ') }
}

/** Writes the page of --html. */
export async function writePage(
  path: string,
  { found, known, decided, match }: Answers,
  { accuracy, meaning, ...page }: BesideAnswers & Omit<PageToWrite, 'notes' | 'linesHint' | 'linesDoubt'>,
): Promise<DecidingPage> {
  const { writeAnswersPage } = await import('../report/index.ts')
  const linesHint =
    match === 'none'
      ? 'For lines between places of the coat that agree, write this page with --match local or --match fused.'
      : ''
  const linesDoubt = found.some(({ onWholePhotos }) => onWholePhotos === true) ? linesDoubtText : ''
  const replaced = await replacedWords(found, known)
  if (replaced !== undefined) warn(replaced)
  const notes = [accuracy, meaning, ...(replaced === undefined ? [] : [`${replaced}.`])]
  return withPage({ ...page, notes, linesHint, linesDoubt }, (options) =>
    writeAnswersPage(path, { found, gallery: known.photos, ...decided }, options),
  )
}

/** Prints the answers, as JSON or as a table, or writes the table of --csv and prints the first. */
export async function tellAnswers(
  found: readonly Identification[],
  { accuracy, meaning }: BesideAnswers,
  { json, csv, top, decisions }: Question['flags'],
): Promise<void> {
  const { answerWords } = await import('../identify/index.ts')
  const because = found.map(answerWords)
  if (json) {
    const answers = found.map((one, i) => plain(one, because[i]!))
    say(JSON.stringify(answers, undefined, 2))
    tell(accuracy)
    return
  }
  const explained = [meaning, accuracy].join('\n')
  const { found: short, told } = withShortPaths(found)
  const beside = await placeTimeLines(short)
  const nameOf = animalNames(short.map(({ photo }) => photo))
  const answers = short.map((one) => `${oneLine(nameOf(one.photo))}: ${oneLine(answerWords(withoutFlank(one)))}`)
  const paths = told === '' ? '' : `${oneLine(told)}\n\n`
  if (csv === undefined) {
    const lines = beside.map((line) => `${line}\n`).join('')
    say(`${tableText(short)}\n\n${paths}${answers.join('\n')}\n\n${lines}${explained}`)
    return
  }
  writeFileAtomic(csv, tableOf(found, because, { decided: decisions !== undefined }))
  const more = found.length > toldAtMost ? `\n… and ${found.length - toldAtMost} more` : ''
  const counts = `${photosAndAnimals(found.map(({ photo }) => photo))}, up to ${counted(top, 'individual')} for each; ${countWords(found)}`
  say(`${paths}${answers.slice(0, toldAtMost).join('\n')}${more}\n\n${csv}: ${counts}`)
  tell([...beside.slice(-1), explained].join('\n'))
}

/** Answers on the terminal beside a file that has all. */
const toldAtMost = 20

/** How many photos got which answer. */
function countWords(found: readonly Identification[]): string {
  const count = (kind: Identification['answer']['answer']) =>
    found.filter(({ answer }) => answer.answer === kind).length
  const lost = found.filter(({ answer: { reason, notCompared } }) => reason === 'nobodyToCompare' && notCompared > 0)
  const words = `${count('known')} known, ${count('new')} not in the gallery, ${count('unsure')} unsure`
  return lost.length === 0
    ? words
    : `${words}; ${lost.length} of these could not be matched: the gallery has no photo of their flank`
}

/** Gallery photos that are the very file of a photo asked about. */
export function tellLeftOut(found: readonly Identification[]): void {
  const twice = found.filter(({ leftOut }) => leftOut.length > 0)
  tellFewOrMany(
    twice.map(({ photo, candidates, leftOut }) => {
      const same = leftOut.map(({ filename }) => oneLine(filename)).join(', ')
      const alone = candidates.length === 0 ? '; no photo is left to compare it with' : ''
      return `${oneLine(photo.filename)}: the same file is in the gallery and was left out: ${same}${alone}`
    }),
    (count) => `the very files of ${counted(count, 'photo')} are in the gallery; each was left out for its own photo`,
  )
}

/** Photos that were compared with the coats of both flanks, and what to do: once, not for each. */
export function tellBothFlanks(found: readonly Identification[]): void {
  const count = found.filter(({ answer: { bothFlanks, reason } }) => bothFlanks && reason !== 'decided').length
  if (count === 0) return
  const whose = `the ${count === 1 ? 'flank' : 'flanks'} of ${counted(count, 'photo')} ${count === 1 ? 'is' : 'are'}`
  tell(
    `note: ${whose} not known, so left and right coats were compared, which are two. Say left or right where the gallery says it (in file names, folders or a column), or see \`rosette flanks\` (docs/flanks.md)`,
  )
}

/** The terminal tells of flanks once, by `tellBothFlanks`. */
function withoutFlank(one: Identification): Identification {
  return { ...one, answer: { ...one.answer, bothFlanks: false } }
}

/** A mirrored query that fits better: told, and never mixed into the similarities. */
export function tellMirrored(found: readonly Identification[]): void {
  const named = found.map(({ photo, candidates }) => {
    const names = candidates.filter(({ mirrored }) => mirrored === true).map(({ identity }) => oneLine(identity))
    return { photo: oneLine(photo.filename), names: names.join(', ') }
  })
  tellFewOrMany(
    named
      .filter(({ names }) => names !== '')
      .map(({ photo, names }) => `${photo}: its mirror image fits ${names} better: was the photo mirrored?`),
    (count) =>
      `the mirror images of ${counted(count, 'photo')} fit their candidates better: were these photos mirrored?`,
  )
}

/** A note for each of a few photos; for many one that shows the first. */
function tellFewOrMany(notes: readonly string[], above: (count: number) => string): void {
  if (notes.length <= fewNotes) for (const note of notes) tell(`note: ${note}`)
  else tell(`note: ${above(notes.length)}; the first: ${notes[0]!}`)
}

/** More notes of one kind hide the answers. */
const fewNotes = 5

/** What a table of answers does not say by itself. */
async function meaningOf(
  postProcessing: PostProcessing | undefined,
  { match, matchers, isLearnt }: Pick<Answers, 'match' | 'matchers'> & { readonly isLearnt: boolean },
): Promise<string> {
  const { postProcessingWords } = await import('../retrieval/index.ts')
  const done = postProcessingWords(postProcessing)
  const scale =
    postProcessing?.rerank === undefined
      ? ''
      : ' Similarity is 1 minus the re-ranked distance here, from 0 to 1, and no cosine.'
  const { placesWords } = await import('../identify/index.ts')
  const places =
    match === 'none' ? '' : `Ranked ${match === 'local' ? '' : 'with '}${placesWords({ match, matchers })}. `
  const number = match === 'none' ? meaning : isLearnt ? meaningOfScore : meaningOfRanking
  return done === undefined ? `${places}${number}` : `${places}Ranked with ${done}.${scale} ${number}`
}

const notByScore = 'The list is in the order of probability, not of score.'

const learntScore =
  'The score joins similarity and places as the calibration found best: compare it with other scores, not with similarities.'

const byProbability = 'The list is in the order of probability, not of similarity.'

const meaningOfScore =
  'A score is no probability, and the photo with the highest one may show another animal: compare the photos yourself.'

const meaningOfRanking =
  'A score is no probability and no similarity: it only ranks, and is near 1 for wrong animals too. Look how many places agree, and compare the photos yourself.'

const meaning =
  'Similarity is no probability, and the most similar photo may show another animal: compare the photos yourself.'
