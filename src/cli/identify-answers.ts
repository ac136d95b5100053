import type { AnswerCosts } from '../calibration/index.ts'
import type { Manifest } from '../data/index.ts'
import type { Embedder, EmbedOptions, GallerySource, PhotoEmbeddings } from '../embedder/index.ts'
import type {
  CalibratedScores,
  CalibrationRecord,
  Identification,
  LocalResult,
  ReadDecisions,
} from '../identify/index.ts'
import { calibrationFor, type FollowedCalibration, learntBy } from './calibrated.ts'
import { unaskedMatch } from './default-match.ts'
import { locatedGallery } from './gallery-source.ts'
import type { Question } from './identify-question.ts'
import { withLocated } from './locate-options.ts'
import { type MatchFlags, withMatching } from './match-options.ts'
import { warnOfOneSided } from './one-sided.ts'
import { tellTimes, timed, timedGallery } from './place-time.ts'
import { firstWord, progress } from './progress.ts'
import { tell, warn } from './say.ts'
import { warnOfUnusedCosts, warnOfUnusedMatcher } from './unused-options.ts'
import { warnOfWholePhotos } from './whole-photos.ts'
import {
  tellOtherDecisions,
  warnOfIdenticalKnown,
  warnOfSkipped,
  warnOfTrained,
  warnOfTrust,
  withModel,
  withProgress,
} from './work.ts'

/** What came of a question. */
export interface Answers {
  readonly found: readonly Identification[]
  readonly known: PhotoEmbeddings
  readonly decided: ReadDecisions
  /** How coats were matched. */
  readonly match: MatchFlags['match']
  /** The names of what found their places. */
  readonly matchers: readonly string[] | undefined
  /** What there was to make probabilities of, followed or not. */
  readonly calibration: CalibrationRecord | undefined
  /** What made probabilities; undefined where nothing did. */
  readonly scores: CalibratedScores | undefined
  readonly costs: AnswerCosts
}

/** How a question is worked at. */
interface Working {
  readonly signal: AbortSignal
  readonly whileRanking: (done: number, total: number) => void
  /** True where the user said how coats are matched. */
  readonly isMatchAsked: boolean
}

/** Finds the animals, embeds both sides, matches coats where that is asked, and ranks. */
export async function answersTo(question: Question, working: Working): Promise<Answers> {
  const { flags, locating, asked, gallery } = question
  const { signal } = working
  const queries = await withLocated(locating, await timed(asked, flags), signal, 'new ')
  const source = await locatedGallery(locating, await timedGallery(gallery, flags), signal)
  return withModel(flags, async (embedder) => {
    await warnOfTrust(embedder)
    const embedded = await embeddedBy(embedder, { queries, source, question, signal })
    return ranked(embedder, { ...embedded, source, question, working })
  })
}

/** Both sides embedded, and what was decided of them. */
interface Embedded {
  readonly asked: PhotoEmbeddings
  readonly known: PhotoEmbeddings
  readonly decided: ReadDecisions
}

interface ToEmbed {
  readonly queries: Manifest
  readonly source: GallerySource
  readonly question: Question
  readonly signal: AbortSignal
}

/**
 * A gallery on disk comes first, so that one of another model is told at once. Photos of known individuals come last: an asked photo that cannot be read
 * is told before the whole gallery is embedded.
 */
async function embeddedBy(embedder: Embedder, { queries, source, question, signal }: ToEmbed): Promise<Embedded> {
  const { embedPhotos, loadGallery } = await import('../embedder/index.ts')
  const { flags } = question
  const embed = (title: string, work: (options: EmbedOptions) => Promise<PhotoEmbeddings>) =>
    withProgress(title, { skipUnreadable: flags.skipUnreadable, limitPixels: flags.limitPixels, signal }, work)
  const load = () => embed('gallery', (options) => loadGallery(embedder, source, options))
  const stored = source.kind === 'stored' ? await load() : undefined
  const decided = question.decided(queries.photos, source.kind === 'photos' ? source.manifest.photos : stored!.photos)
  await tellOtherDecisions(decided.ofOthers, 'the photos asked about and those of the gallery')
  const asked = await embed('photos', (options) => embedPhotos(embedder, queries, options))
  const known = stored ?? (await load())
  await warnOfSkipped([...asked.skipped, ...known.skipped])
  await warnOfIdenticalKnown(known)
  warnOfOneSided(asked.photos, known.photos)
  await tellTimes(flags, [...known.photos, ...asked.photos])
  await warnOfTrained(asked, embedder)
  return { asked, known, decided }
}

interface ToRank extends Embedded {
  readonly source: GallerySource
  readonly question: Question
  readonly working: Working
}

async function ranked(embedder: Embedder, toRank: ToRank): Promise<Answers> {
  const { identifyPhotos } = await import('../identify/index.ts')
  const { asked, known, decided, source, question, working } = toRank
  const { flags, postProcessing, costs } = question
  const followed = await calibrationFor(flags, embedder, { gallery: source, animals: known })
  const { match, local, scores } = await matched(toRank, followed)
  const calibration = followed?.record
  if (calibration !== undefined && scores === undefined) warn(otherScores(match))
  if (scores === undefined) warnOfUnusedCosts(flags)
  const { top, flanks, prior, newShare } = flags
  const photosEach = flags.html === undefined ? 0 : photosOnPage
  const how = {
    postProcessing,
    local,
    scores,
    costs,
    newShare,
    decisions: decided.decisions,
    photosEach,
    prior,
    flanks,
  }
  const found = await whileTold(working.whileRanking, (onRank) => identifyPhotos(known, asked, top, { ...how, onRank }))
  return { found, known, decided, match, matchers: local?.matchers, calibration, scores, costs }
}

/** How coats are matched, what that found, and which scores of the calibration are of that kind. */
interface Matched {
  readonly match: MatchFlags['match']
  readonly local: LocalResult | undefined
  readonly scores: CalibratedScores | undefined
}

async function matched(
  { asked, known, source, question, working: { signal, isMatchAsked } }: ToRank,
  followed: FollowedCalibration | undefined,
): Promise<Matched> {
  const [{ isPlain }, { matchQueries }] = await Promise.all([
    import('../retrieval/index.ts'),
    import('../identify/index.ts'),
  ])
  const { flags, postProcessing } = question
  const plain = isPlain(postProcessing)
  const { record: calibration, isOfOthers } = followed ?? {}
  const unasked = { queries: asked, gallery: known, source, calibration, isOfOthers, isPlain: plain }
  const match = isMatchAsked ? flags.match : await unaskedMatch(flags, unasked)
  if (match === 'none') {
    warnOfUnusedMatcher(flags)
    return { match, local: undefined, scores: plain ? calibration?.embedding : undefined }
  }
  tellOneIndividual(known)
  const learnt = plain && followed !== undefined ? learntBy(followed, match) : undefined
  return withMatching({ ...flags, match }, { signal, gallery: source, learnt }, async (matching) => {
    const local = matching && (await matchQueries(matching, known, asked, { postProcessing, flanks: flags.flanks }))
    if (local?.onWholePhotos === true) warnOfWholePhotos('--html draws them')
    return { match, local, scores: matching?.fusion === undefined ? undefined : learnt?.scores }
  })
}

/** Places say whom a photo shows against those of other animals. */
function tellOneIndividual({ photos }: PhotoEmbeddings): void {
  const names = new Set(photos.flatMap(({ identity }) => identity ?? []))
  if (names.size === 1)
    tell(
      'note: the gallery shows one individual: places have no others to be weighed against, so look at how many agree, not at the similarity',
    )
}

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

/** Scores that no calibration was fitted for. */
function otherScores(match: MatchFlags['match']): string {
  const made =
    match === 'none' ? '' : `; \`rosette calibrate --match ${match}\` with the same --matcher makes one for these`
  return `the calibration is not followed: it was fitted for other scores than these (--match, or what is done after ranking)${made}`
}
