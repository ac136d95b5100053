import { counted } from '../base/index.ts'
import type { Manifest, Photo } from '../data/index.ts'
import type { Embedder, EmbedOptions, GallerySource, PhotoEmbeddings } from '../embedder/index.ts'
import type { EvaluationReport, RankProgress, Selection } from '../identify/index.ts'
import type { LeakageCertificate } from '../study/index.ts'
import { matchingFor } from './calibrated.ts'
import type { EvaluateQuestion } from './evaluate-question.ts'
import { locatedGallery } from './gallery-source.ts'
import { withLocated } from './locate-options.ts'
import { withMatching } from './match-options.ts'
import { warnOfOneSided } from './one-sided.ts'
import { tellTimes, timed, timedGallery } from './place-time.ts'
import { warn } from './say.ts'
import {
  photosToScore,
  runsIn,
  runToScoreBy,
  tellNotes,
  warnOfIdenticalKnown,
  warnOfLearned,
  warnOfManifest,
  warnOfScoring,
  withModel,
  withoutSingles,
  withProgress,
} from './work.ts'

/** What came of an evaluation. */
export interface Scored {
  readonly report: EvaluationReport
  readonly selection: Selection
  readonly leakage: LeakageCertificate | null
}

/** How an evaluation is worked at. */
interface Working {
  readonly signal: AbortSignal
  readonly whileRanking: (done: number, total: number) => void
}

/** Finds the animals, chooses the photos to score, embeds and ranks them, and says what speaks against the scores. */
export async function scoresOf(question: EvaluateQuestion, working: Working): Promise<Scored> {
  const { flags, locating, listed, source, split } = question
  const { splitOf } = flags
  const { signal } = working
  const manifest = await withLocated(locating, await timed(listed, flags), signal)
  const named = source && (await locatedGallery(locating, await timedGallery(source, flags), signal))
  return withModel(flags, async (embedder) => {
    const run = splitOf ?? (await runToScoreBy(embedder))
    const chosen = await photosToScore(manifest, { run, split, signal, members: runsIn(embedder) })
    const whole = splitOf === undefined ? chosen : await learnedBy(embedder.run, chosen)
    const { selection, gallery } = (named === undefined ? await apart(whole, embedder.run) : undefined) ?? {
      selection: whole,
      gallery: named,
    }
    // of a run's own photos the training warned, but not of what the prior needs
    if (selection.split === 'all' || flags.prior !== undefined)
      warnOfManifest(gallery === undefined ? manifest : withoutSingles(manifest))
    else tellNotes(manifest)
    await warnOfLearned(selection, embedder)
    const report = await scored(embedder, { question, working, selection, manifest, gallery })
    await warnOfReport(report)
    const leakage = await certificateOf(selection, { run, photos: manifest.photos, signal })
    return { report, selection, leakage }
  })
}

/** A table's queries and the gallery that it has for them; undefined where it does not tell them apart, or all photos are asked for. */
async function apart(
  selection: Selection,
  run: string | undefined,
): Promise<{ readonly selection: Selection; readonly gallery: GallerySource } | undefined> {
  const { queriesAndGallery } = await import('../data/index.ts')
  const { manifest, reason } = selection
  const parts = selection.split === 'test' ? queriesAndGallery(manifest.photos) : undefined
  if (parts === undefined) return undefined
  const source = `the gallery of ${manifest.source}`
  const queries = { ...selection, manifest: { ...manifest, photos: parts.queries }, reason: `${reason}: its queries` }
  return {
    selection: (selection.learned ?? 0) > 0 ? await learnedBy(run, queries) : queries,
    gallery: { kind: 'photos', source, manifest: { ...manifest, photos: parts.gallery } },
  }
}

interface ToScore {
  readonly question: EvaluateQuestion
  readonly working: Working
  readonly selection: Selection
  /** All photos, with the animals that were found. */
  readonly manifest: Manifest
  readonly gallery: GallerySource | undefined
}

/** Calls its second argument with what shows how far the work is. */
type Embed = <T>(title: string, work: (options: EmbedOptions & RankProgress) => Promise<T>) => Promise<T>

async function scored(embedder: Embedder, toScore: ToScore): Promise<EvaluationReport> {
  const { question, working, selection, manifest, gallery } = toScore
  const { evaluateAgainstGallery, evaluatePhotos, photosBeside } = await import('../identify/index.ts')
  const { flags, postProcessing, reading } = question
  const { excludeSame, protocols, background, mergeSimilarLabels, prior } = flags
  const embed: Embed = (title, work) =>
    withProgress(title, { ...reading, signal: working.signal }, (options, tell) =>
      work({
        ...options,
        onRank: (done, total) => {
          working.whileRanking(done, total)
          tell(done, total)
        },
      }),
    )
  const embedded = gallery && (await embeddedGallery(embedder, gallery, { ...toScore, embed }))
  await tellTimes(flags, [...(embedded?.photos ?? []), ...selection.manifest.photos])
  const animals = embedded ?? selection.manifest
  const learnt = await matchingFor(flags, { embedder, gallery, animals, postProcessing })
  return withMatching(flags, { signal: working.signal, gallery, learnt }, (local) => {
    const asked = { excludeSame, postProcessing, protocols, local, flanks: flags.flanks, prior }
    const changed = { background: background ?? ('where known' as const) }
    if (gallery === undefined || embedded === undefined) {
      const others = protocols === undefined ? undefined : photosBeside(manifest, selection)
      const how = { ...asked, ...changed, others }
      return embed('embedding', (options) => evaluatePhotos(embedder, selection, { ...options, ...how }))
    }
    const known = { source: gallery.source, embedded }
    return embed('queries', (options) =>
      evaluateAgainstGallery(embedder, selection, known, { ...options, ...asked, ...changed, mergeSimilarLabels }),
    )
  })
}

/** Known individuals, embedded. A query that is not there is told before that begins. */
async function embeddedGallery(
  embedder: Embedder,
  gallery: GallerySource,
  { embed, selection, question: { reading } }: ToScore & { readonly embed: Embed },
): Promise<PhotoEmbeddings> {
  const [{ checkListed }, { loadGallery }] = await Promise.all([
    import('../data/index.ts'),
    import('../embedder/index.ts'),
  ])
  checkListed(selection.manifest, reading)
  const known = await embed('gallery', (options) => loadGallery(embedder, gallery, options))
  await warnOfIdenticalKnown(known)
  warnOfOneSided(selection.manifest.photos, known.photos)
  return known
}

/** What was left out, and what speaks against the scores. */
async function warnOfReport(report: EvaluationReport): Promise<void> {
  if (report.sameFiles > 0)
    warn(
      `the gallery has the very files of ${counted(report.sameFiles, 'query', 'queries')}: each was left out for its own query`,
    )
  for (const { photo, reason } of report.unreadable) warn(`skipped ${photo}: ${reason}`)
  await warnOfScoring(report)
}

/** What the split that was scored shares with what trains: as the run recorded it, else of the table's own split. */
async function certificateOf(
  { split }: Selection,
  {
    run,
    photos,
    signal,
  }: { readonly run: string | undefined; readonly photos: readonly Photo[]; readonly signal: AbortSignal },
): Promise<LeakageCertificate | null> {
  const { runCertificate, tableCertificate } = await import('../study/index.ts')
  if (split === 'validation') return runCertificate(run) ?? tableCertificate(photos, { signal })
  return split === 'test' ? tableCertificate(photos, { signal }) : null
}

/** Photos that another run chose, and how many of them the model's own run was trained on. */
async function learnedBy(run: string | undefined, chosen: Selection): Promise<Selection> {
  const { learnedPhotos } = await import('../identify/index.ts')
  return { ...chosen, learned: run === undefined ? undefined : await learnedPhotos(chosen.manifest.photos, run) }
}
