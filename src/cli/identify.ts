import { Command, Option } from 'commander'
import { counted, oneLine, writeFileAtomic } from '../base/index.ts'
import type { AnswerCosts } from '../calibration/index.ts'
import type { Photo } from '../data/index.ts'
import type { CalibratedScores, CalibrationRecord, Decision, Identification } from '../identify/index.ts'
import type { AskedAnswers, DecidingPage } from '../report/index.ts'
import type { PostProcessing } from '../retrieval/index.ts'
import { type AfterRankingFlags, addAfterRankingOptions, afterRanking } from './after-ranking.ts'
import { type AnswerFlags, addAnswerOptions, calibrationFor, costsOf } from './calibrated.ts'
import { type PageToWrite, tellPage, withPage } from './deciding-page.ts'
import { unaskedMatch } from './default-match.ts'
import { checkFilesFirst } from './files-first.ts'
import { inFlags, speakingOf } from './flag-words.ts'
import { filesOfGallery, locatedGallery, tellGallery } from './gallery-source.ts'
import { answerAskedPhotos } from './habits.ts'
import { plain, tableOf, tableText } from './identify-output.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { addMatchOption, type FlankFlags, flanksOption, type MatchFlags, withMatching } from './match-options.ts'
import { aboveZero } from './numbers.ts'
import { warnOfOneSided } from './one-sided.ts'
import { addDataOptions, addModelOptions, type DataFlags, dataOptions, type ModelFlags } from './options.ts'
import { addOtherNames } from './other-names.ts'
import { checkNamedOutputs } from './outputs.ts'
import { locatingBy } from './own-data.ts'
import { type PriorFlags, placeTimeLines, priorOption, tellTimes, timed, timedGallery } from './place-time.ts'
import { firstWord, progress } from './progress.ts'
import { say, tell, warn } from './say.ts'
import { withShortPaths } from './short-paths.ts'
import { standardInput } from './standard-input.ts'
import { warnOfUnusedCosts, warnOfUnusedMatcher } from './unused-options.ts'
import {
  interruptible,
  warnOfIdenticalKnown,
  warnOfManifest,
  warnOfSkipped,
  warnOfTrained,
  warnOfTrust,
  withListing,
  withModel,
  withoutSingles,
  withProgress,
} from './work.ts'

const example = `
Examples:
  rosette identify --model runs/jaguars --gallery jaguars trap_0815.jpg
  rosette identify --model runs/jaguars --gallery known-jaguars --top 3 \\
    --csv matches.csv new-photos
  find . -name '*.JPG' | rosette identify --model runs/jaguars \\
    --gallery jaguars -
  rosette identify --model runs/jaguars --gallery jaguars --match fused \\
    --html matches.html new-photos

PHOTO is a photo, a folder with everything below it, a table (CSV, with boxes,
flanks, encounters), a pattern in quotation marks ('new/**/*.jpg'), or - to read
a list of files from standard input.

The gallery is a folder that \`rosette gallery\` made, or photos of known
individuals. Photos that this model has embedded before are not embedded again.

Similarity is the cosine between your photo and the individual's photo that is
most similar to it (the best match); 1 is the most. The list is in the order of
similarity. With a calibration it is in the order of probability, which also
weighs how many photos each individual has: so the first individual need not be
the one with the most similar photo.
A gallery photo that is the very same file as the photo asked about is left out.

The answer is a name, "new" or "unsure". Names need probabilities, which
\`rosette calibrate\` makes once for a model (docs/answers.md).

--html writes a page to decide on: each photo beside its candidates. What you
decide there is saved as a CSV, which --decisions reads (docs/deciding.md).`

interface IdentifyFlags
  extends ModelFlags,
    DataFlags,
    AfterRankingFlags,
    LocateFlags,
    MatchFlags,
    FlankFlags,
    AnswerFlags,
    PriorFlags {
  readonly gallery: string
  readonly queryImages?: string
  readonly queryColumns?: string
  readonly top: number
  readonly json?: boolean
  readonly csv?: string
  readonly html?: string
  readonly decisions?: string
  readonly overwrite?: boolean
}

/** `rosette identify`: who is on these photos? */
export function identifyCommand(): Command {
  const command = new Command('identify')
    .summary('find out whom photos show')
    .description('Say who is on a photo, and list the known individuals that it may show, best first.')
    .argument('<PHOTO...>', 'photos to ask about: files, folders, a table (CSV), patterns, or -')
    .requiredOption(
      '--gallery <G>',
      'known individuals: a gallery, a folder for each animal, a table (CSV), or a Kaggle folder',
    )
    .option('--query-images <DIR>', 'the folder that file names start from in a table given as PHOTO')
    .option('--query-columns <field=column,…>', 'the names of the columns in a table given as PHOTO')
    .addOption(flanksOption())
    .option('--top <K>', 'how many individuals to list for each photo', aboveZero, 5)
    .addOption(new Option('--json', 'print JSON in place of the table').conflicts('csv'))
    .option(
      '--csv <FILE>',
      'write the table to a file: photo, rank, identity, similarity, best match, probability, answer',
    )
    .option('--html <FILE>', 'write a page to decide on, each photo beside its candidates')
    .option('--decisions <FILE.csv>', 'what you decided: photo, other photo, decision; a decided photo is answered so')
    .option('--overwrite', 'replace the files of --csv and --html')
  answerAskedPhotos(command)
  addOtherNames(
    command,
    { galleryImages: 'images', galleryColumns: 'columns' },
    '--images and --columns are those of --gallery, --query-images and --query-columns those of a table given as PHOTO',
  )
  return addAnswerOptions(
    addMatchOption(
      addAfterRankingOptions(addLocateOptions(addDataOptions(addModelOptions(command)))),
      'fused where the outlines of the animals are known, else none',
    ),
  )
    .addOption(priorOption())
    .addHelpText('after', example)
    .action(identifyAction)
}

async function identifyAction(names: readonly string[], given: IdentifyFlags, command: Command): Promise<void> {
  const { gallery, top, csv, html, overwrite = false, skipUnreadable, limitPixels, newShare } = given
  const { checkPhotosThere, openQueries } = await import('../data/index.ts')
  const { embedPhotos, findGallery, loadGallery } = await import('../embedder/index.ts')
  const { isPlain } = await import('../retrieval/index.ts')
  const { answerWords, identifyPhotos, idleDecisionsNote, matchQueries, readDecisions } = await import(
    '../identify/index.ts'
  )
  const { flags, postProcessing } = await afterRanking(given)
  await checkFilesFirst(flags)
  const options = { ...dataOptions(flags), detections: undefined, masks: undefined, requireIdentity: true }
  const asQueries = { ...dataOptions(queryFlags(flags)), readList: standardInput }
  const asked = speakingOf({ images: 'queryImages', columns: 'queryColumns' }, () => {
    const found = withListing((watch) => openQueries(names, { ...asQueries, ...watch }))
    checkPhotosThere(found, { skipUnreadable })
    return found
  })
  const known = withListing((watch) => findGallery(gallery, { ...options, ...watch }))
  const read = [...names, ...filesOfGallery(known), ...(given.decisions === undefined ? [] : [given.decisions])]
  const inputs = { flags, manifest: asked, photos: read }
  await checkNamedOutputs({ csv, html }, inputs, overwrite)
  const decided = (photos: readonly Photo[], gallery: readonly Photo[]): readonly Decision[] =>
    given.decisions === undefined ? [] : readDecisions(given.decisions, photos, gallery)
  if (known.kind === 'photos') decided(asked.photos, known.manifest.photos) // a mistyped name is told at once
  tellGallery(known)
  warnOfManifest(withoutSingles(asked))
  const locating = await locatingBy(flags)
  const costs = await costsOf(flags)
  const { found, accuracy, meaning, page } = await interruptible(async (signal, whileRanking) => {
    const queries = await withLocated(locating, await timed(asked, given), signal, 'new ')
    const source = await locatedGallery(locating, await timedGallery(known, given), signal)
    return withModel(flags, async (embedder) => {
      await warnOfTrust(embedder)
      const load = () =>
        withProgress('gallery', { skipUnreadable, limitPixels, signal }, (options) =>
          loadGallery(embedder, source, options),
        )
      // A gallery on disk first: that another model made it is told at once. Else the photos: one that cannot be read is told before the
      // whole gallery is embedded.
      const stored = source.kind === 'stored' ? await load() : undefined
      const decisions = decided(queries.photos, source.kind === 'photos' ? source.manifest.photos : stored!.photos)
      const asked = await withProgress('photos', { skipUnreadable, limitPixels, signal }, (options) =>
        embedPhotos(embedder, queries, options),
      )
      const known = stored ?? (await load())
      await warnOfSkipped([...asked.skipped, ...known.skipped])
      await warnOfIdenticalKnown(known)
      warnOfOneSided(asked.photos, known.photos)
      await tellTimes(given, [...known.photos, ...asked.photos])
      await warnOfTrained(asked, embedder)
      const calibration = await calibrationFor(flags, embedder, source)
      const unasked = { queries: asked, gallery: known, source, calibration, isPlain: isPlain(postProcessing) }
      const isAsked = command.getOptionValueSource('match') !== 'default'
      const match = isAsked ? flags.match : await unaskedMatch(flags, unasked)
      if (match === 'none') warnOfUnusedMatcher(flags)
      const how = { ...flags, match }
      const learnt = match === 'none' || !isPlain(postProcessing) ? undefined : calibration?.[match]
      const { local, follows } = await withMatching(how, { signal, gallery: source, learnt }, async (matching) => ({
        local: matching && (await matchQueries(matching, known, asked, { postProcessing, flanks: given.flanks })),
        follows: matching?.fusion !== undefined,
      }))
      const plain = match === 'none' && isPlain(postProcessing) ? calibration?.embedding : undefined
      const scores = follows ? learnt : plain
      if (calibration !== undefined && scores === undefined) warn(otherScores(match))
      if (scores === undefined) warnOfUnusedCosts(flags)
      const found = await whileTold(whileRanking, (onRank) => {
        const photosEach = html === undefined ? 0 : photosOnPage
        const how = {
          postProcessing,
          local,
          onRank,
          scores,
          costs,
          newShare,
          decisions,
          photosEach,
          prior: given.prior,
        }
        return identifyPhotos(known, asked, top, { ...how, flanks: given.flanks })
      })
      const idle = idleDecisionsNote(decisions, found)
      if (idle !== undefined) tell(`note: ${idle}`)
      const accuracy = await accuracyOf(calibration, scores, costs)
      const meaning = [...(scores === undefined ? [] : [byProbability]), await meaningOf(postProcessing, match)].join(
        ' ',
      )
      const answers = { found, gallery: known.photos, decisions }
      const about = { source: gallery, overwrite, limitPixels, signal }
      const page =
        html === undefined ? undefined : await writePage(html, answers, { ...about, match, accuracy, meaning })
      return { found, accuracy, meaning, page }
    })
  })
  tellLeftOut(found)
  tellMirrored(found)
  if (page !== undefined) tellPage(page, 'photos')
  const because = found.map(answerWords)
  if (flags.json) {
    say(
      JSON.stringify(
        found.map((one, i) => plain(one, because[i]!)),
        undefined,
        2,
      ),
    )
    tell(accuracy)
    return
  }
  const explained = [meaning, accuracy].join('\n')
  const { found: short, told } = withShortPaths(found)
  const beside = await placeTimeLines(short)
  const answers = short.map((one) => `${oneLine(one.photo.filename)}: ${oneLine(answerWords(one))}`)
  const places = told === '' ? '' : `${oneLine(told)}\n\n`
  if (csv === undefined) {
    say(
      `${tableText(short)}\n\n${places}${answers.join('\n')}\n\n${beside.map((line) => `${line}\n`).join('')}${explained}`,
    )
  } else {
    writeFileAtomic(csv, tableOf(found, because, { decided: given.decisions !== undefined }))
    const more = found.length > toldAtMost ? `\n… and ${found.length - toldAtMost} more` : ''
    say(
      `${places}${answers.slice(0, toldAtMost).join('\n')}${more}\n\n${csv}: ${counted(found.length, 'photo')}, up to ${counted(top, 'individual')} for each; ${countWords(found)}`,
    )
    tell([...beside.slice(-1), explained].join('\n'))
  }
}

/** Answers on the terminal beside a file that has all. */
const toldAtMost = 20

/** Photos of each individual that a page shows. */
const photosOnPage = 4

/** Does `rank` while a bar tells how far it is. */
async function whileTold<T>(
  whileRanking: (done: number, total: number) => void,
  rank: (onRank: (done: number, total: number) => void) => T,
): Promise<T> {
  const bar = progress('ranking', 'queries', { due: firstWord() })
  try {
    return rank((done, total) => {
      whileRanking(done, total)
      bar.update(done, total)
    })
  } finally {
    bar.stop()
  }
}

/** What the page of --html says beside the answers. */
interface AboutPage extends Omit<PageToWrite, 'notes' | 'linesHint'> {
  readonly match: MatchFlags['match']
  readonly accuracy: string
  readonly meaning: string
}

async function writePage(
  path: string,
  answers: AskedAnswers,
  { match, accuracy, meaning, ...page }: AboutPage,
): Promise<DecidingPage> {
  const { writeAnswersPage } = await import('../report/index.ts')
  const linesHint =
    match === 'none'
      ? 'For lines between places of the coat that agree, write this page with --match local or --match fused.'
      : ''
  return withPage({ ...page, notes: [accuracy, meaning], linesHint }, (options) =>
    writeAnswersPage(path, answers, options),
  )
}

/** Scores that no calibration was fitted for. */
function otherScores(match: MatchFlags['match']): string {
  const made =
    match === 'none' ? '' : `; \`rosette calibrate --match ${match}\` with the same --matcher makes one for these`
  return `the calibration is not followed: it was fitted for other scores than these (--match, or what is done after ranking)${made}`
}

/** How often answers of this kind were right, or that nobody knows. */
async function accuracyOf(
  calibration: CalibrationRecord | undefined,
  scores: CalibratedScores | undefined,
  costs: AnswerCosts,
): Promise<string> {
  const { accuracyWords, noAccuracyWords } = await import('../identify/index.ts')
  return calibration === undefined || scores === undefined
    ? inFlags(noAccuracyWords)
    : accuracyWords(calibration, scores, costs)
}

/** How many photos got which answer. */
function countWords(found: readonly Identification[]): string {
  const count = (kind: Identification['answer']['answer']) =>
    found.filter(({ answer }) => answer.answer === kind).length
  const lost = found.filter(({ answer: { reason, notCompared } }) => reason === 'nobodyToCompare' && notCompared > 0)
  const words = `${count('known')} known, ${count('new')} new, ${count('unsure')} unsure`
  return lost.length === 0
    ? words
    : `${words}; ${lost.length} of these could not be matched: the gallery has no photo of their flank`
}

/** The options of data as they hold for a CSV of queries: --images and --columns are those of the gallery. */
function queryFlags({ images: _, columns: __, queryImages, queryColumns, ...flags }: IdentifyFlags): DataFlags {
  return {
    ...flags,
    ...(queryImages === undefined ? {} : { images: queryImages }),
    ...(queryColumns === undefined ? {} : { columns: queryColumns }),
  }
}

function tellLeftOut(found: readonly Identification[]): void {
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

/** A mirrored query that fits better: told, and never mixed into the similarities. */
function tellMirrored(found: readonly Identification[]): void {
  const named = found.map(({ photo, candidates }) => {
    const names = candidates.filter(({ mirrored }) => mirrored === true).map(({ identity }) => oneLine(identity))
    return { photo: oneLine(photo.filename), names: names.join(', ') }
  })
  tellFewOrMany(
    named
      .filter(({ names }) => names !== '')
      .map(({ photo, names }) => `${photo}: mirrored, its coat fits ${names} better: are left and right swapped?`),
    (count) =>
      `mirrored, the coats of ${counted(count, 'photo')} fit their candidates better: are left and right swapped?`,
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
async function meaningOf(postProcessing: PostProcessing | undefined, match: MatchFlags['match']): Promise<string> {
  const { postProcessingWords } = await import('../retrieval/index.ts')
  const done = postProcessingWords(postProcessing)
  const scale =
    postProcessing?.rerank === undefined
      ? ''
      : ' Similarity is 1 minus the re-ranked distance here, from 0 to 1, and no cosine.'
  const { matchWords } = await import('../identify/index.ts')
  const places = match === 'none' ? '' : `Ranked ${match === 'local' ? '' : 'with '}${matchWords[match]}. `
  return done === undefined ? `${places}${meaning}` : `${places}Ranked with ${done}.${scale} ${meaning}`
}

const byProbability = 'The list is in the order of probability, not of similarity.'

const meaning =
  'Similarity is no probability, and the most similar photo may show another animal: compare the photos yourself.'
