import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { oneLine, visible } from '../base/index.ts'
import type { CaptionCounts, ListProgress, Manifest, Skipped } from '../data/index.ts'
import type { Embedder, EmbedOptions, PhotoEmbeddings, PrepareStage } from '../embedder/index.ts'
import type { Decision, Scoring, Selection, SelectOptions } from '../identify/index.ts'
import type { Device, DeviceChoice } from '../runtime/index.ts'
import { Interrupted } from './exit.ts'
import { inFlags } from './flag-words.ts'
import { type ModelFlags, modelOptions } from './options.ts'
import { firstWord, type Progress, progress, stagedProgress } from './progress.ts'
import { tell, warn } from './say.ts'
import { onStop } from './stop.ts'

/** Called with how many queries are ranked: that goes on in one piece, in which no signal is heard. */
type WhileRanking = (done: number, total: number) => void

/**
 * Runs `work`; Ctrl-C, or a terminal that closes, aborts its signal so that it can tidy up and end with `message`, a second Ctrl-C
 * ends the process at once. So does the first one while photos are ranked, when nothing is half written.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal, whileRanking: WhileRanking) => Promise<T>,
  message = 'stopped; nothing was written',
): Promise<T> {
  const stop = new AbortController()
  const listen = () => onStop(() => stop.abort(new Interrupted(message)))
  let stopListening: (() => void) | undefined = listen()
  const whileRanking = (done: number, total: number) => {
    if (done < total) {
      stopListening?.()
      stopListening = undefined
    } else stopListening ??= listen()
  }
  try {
    return await work(stop.signal, whileRanking)
  } finally {
    stopListening?.()
  }
}

/** The device that was asked for, told with the reason; undefined where none was. */
export async function deviceFor(choice: DeviceChoice | undefined): Promise<Device | undefined> {
  if (choice === undefined) return undefined
  const { chooseDevice } = await import('../runtime/index.ts')
  const { device, reason } = await chooseDevice(choice)
  tell(`device: ${device} (${reason})`)
  return device
}

/** Opens the model that the flags name, or several as one, for as long as `use` takes. */
export async function withModel<T>(flags: ModelFlags, use: (embedder: Embedder) => Promise<T>): Promise<T> {
  const { openModels } = await import('../embedder/index.ts')
  const device = await deviceFor(flags.device)
  const bar = progress('', '', { due: firstWord(), line: () => visible(`opening ${flags.model.join(', ')}`) })
  bar.update(0, 1)
  const embedder = await openModels(flags.model, { ...modelOptions(flags), device }).finally(bar.stop)
  for (const text of embedder.warnings ?? []) warn(text)
  try {
    return await use(embedder)
  } finally {
    await embedder.release()
  }
}

/** Calls `embed` with options that show its progress. */
export async function withProgress<T>(
  title: string,
  { skipUnreadable, limitPixels, signal }: Pick<EmbedOptions, 'skipUnreadable' | 'limitPixels' | 'signal'>,
  embed: (options: EmbedOptions, onRank: WhileRanking) => Promise<T>,
): Promise<T> {
  const stages = stagedProgress({ due: firstWord() })
  let at = { done: 0, total: 0 }
  const onProgress = (done: number, total: number) => {
    at = { done, total }
    seen.photos = total
    stages.update(title, 'photos', done, total)
  }
  const { noCaptions, withCaptions } = await import('../data/index.ts')
  const seen = { captioned: noCaptions, looked: 0, photos: 0 }
  const onCaption: EmbedOptions['onCaption'] = (_, kinds) => {
    seen.captioned = withCaptions(seen.captioned, kinds)
    seen.looked++
  }
  const onPrepare = (stage: PrepareStage, done: number, total: number) => {
    if (done < total) stages.update(`${title}: ${stage}`, 'photos', done, total)
    // the first photos may take long; where some are done, what was prepared are the others only
    else if (at.done > 0 && at.done < at.total) onProgress(at.done, at.total)
    else onProgress(0, total)
  }
  try {
    return await embed({ skipUnreadable, limitPixels, signal, onProgress, onPrepare, onCaption }, (done, total) =>
      stages.update('ranking', 'queries', done, total),
    )
  } finally {
    stages.stop()
    await tellCaptions(seen.captioned, seen.looked, seen.photos)
  }
}

/** What is told while files are looked for, and asked for what their headers say. */
interface ListWatch extends Required<ListProgress> {
  readonly onSize: Progress['update']
  readonly onTime: Progress['update']
  readonly onRefused: (manifest: Manifest) => void
}

/**
 * Calls `open` with what shows how far it is: it asks the drive for each file of a list, and each file for its size where there are boxes, or
 * for its time where nothing else tells encounters. On a slow drive that takes minutes.
 */
export function withListing<T>(open: (watch: ListWatch) => T): T {
  const stages = stagedProgress({ due: firstWord() })
  try {
    return open({
      onFile: (stage, done, total) => stages.update(stage, 'photos', done, total),
      onSize: (done, total) => stages.update('sizes of photos', 'boxes', done, total),
      onTime: (done, total) => stages.update('times of photos', 'photos', done, total),
      onRefused: tellNotes,
    })
  } finally {
    stages.stop()
  }
}

/** Tells that captions were left out, where there were any. Others of all photos were not looked at now: their embeddings are kept, or they cannot be read. */
export async function tellCaptions(captioned: CaptionCounts, looked: number, photos: number): Promise<void> {
  const { captionWords } = await import('../data/index.ts')
  const words = captionWords(captioned, looked, Math.max(0, photos - looked))
  if (words !== undefined) tell(inFlags(`note: ${words}; \`captions: "keep"\` leaves them in`))
}

/** How the list of photos was read, in one line, and what was recognised in it. */
export function tellNotes({ summary, notes = [] }: Manifest): void {
  if (summary !== undefined) tell(`data: ${summary}`)
  for (const text of notes) tell(`note: ${text}`)
}

/** Without the warning of individuals with one photo: that is enough to be found by in a gallery, and to ask one. */
export function withoutSingles(manifest: Manifest): Manifest {
  return { ...manifest, warnings: manifest.warnings.filter((text) => !text.includes('one photo only')) }
}

export function warnOfManifest(manifest: Manifest): void {
  tellNotes(manifest)
  for (const text of manifest.warnings) warn(text)
}

/** The photos to score, and why, in the command line's words. */
export async function photosToScore(manifest: Manifest, options: SelectOptions): Promise<Selection> {
  const { selectPhotos } = await import('../identify/index.ts')
  const bar = progress('recognising', 'photos', { due: firstWord() })
  const selection = await selectPhotos(manifest, { ...options, onHash: bar.update }).finally(bar.stop)
  return { ...selection, reason: inFlags(selection.reason) }
}

/** Scores on photos that a run was trained on say how well it knows them by heart. Of an ensemble each member is asked. */
export async function warnOfLearned(
  { learned = 0, manifest }: Selection,
  embedder: Pick<Embedder, 'run' | 'members'>,
): Promise<number> {
  const { learnedPhotos, trainedOnWarning } = await import('../identify/index.ts')
  let most = 0
  for (const run of runsIn(embedder)) {
    const known = embedder.run === undefined ? await learnedPhotos(manifest.photos, run) : learned
    most = Math.max(most, known)
    const text = trainedOnWarning(run, known, manifest.photos.length)
    if (text !== undefined) warn(text)
  }
  return most
}

/** The run whose split decides what is scored: the model's own; of an ensemble one of its members', where all have the same split. */
export async function runToScoreBy({ run, members = [] }: Pick<Embedder, 'run' | 'members'>) {
  if (run !== undefined) return run
  const { RunFolder } = await import('../run/index.ts')
  const hashes = members.map((member) => member.run && new RunFolder(member.run).record().splitHash)
  return hashes.every((hash) => hash !== undefined && hash === hashes[0]) ? members[0]?.run : undefined
}

/** The run folders behind a model. */
export function runsIn({ run, members = [] }: Pick<Embedder, 'run' | 'members'>): string[] {
  return run === undefined ? members.flatMap(runsIn) : [run]
}

/** What was left out of scores, and what speaks against them: the same of `evaluate` and `report`. */
export async function warnOfScoring(scoring: Scoring): Promise<void> {
  const { scoringWarnings } = await import('../identify/index.ts')
  for (const text of [...scoring.identical, ...scoringWarnings(scoring)]) warn(text)
}

/** Photos to identify that the model was trained on, by their content. */
export async function warnOfTrained(
  embedded: Pick<PhotoEmbeddings, 'photos' | 'contentHashes'>,
  embedder: Pick<Embedder, 'run' | 'members'>,
): Promise<void> {
  for (const run of runsIn(embedder)) await warnOfTrainedBy(embedded, run)
}

async function warnOfTrainedBy(
  embedded: Pick<PhotoEmbeddings, 'photos' | 'contentHashes'>,
  run: string,
): Promise<void> {
  const { photos } = embedded
  const trained = await trainedRows(embedded, run)
  if (trained.length === 0) return
  const names = trained.slice(0, 8).map((i) => photos[i]!.filename)
  const more = trained.length > names.length ? ` … and ${trained.length - names.length} more` : ''
  warn(
    `${run} was TRAINED on ${trained.length} of these photos, so that it knows them by heart: ${names.join(', ')}${more}`,
  )
}

/** Which of these photos a run was trained on, by content; none where it does not tell. */
export async function trainedRows(
  { contentHashes }: Pick<PhotoEmbeddings, 'contentHashes'>,
  run: string,
): Promise<readonly number[]> {
  const { readRunData, runNames } = await import('../run/index.ts')
  if (!existsSync(join(run, runNames.split))) return []
  const { trainedFiles } = await import('../identify/index.ts')
  return trainedFiles(contentHashes, readRunData(run)) ?? []
}

/** What the bytes of the photos tell, once they were read. */
export async function warnOfIdentical({
  photos,
  contentHashes,
}: Pick<PhotoEmbeddings, 'photos' | 'contentHashes'>): Promise<void> {
  const { identicalFileWarnings } = await import('../data/index.ts')
  for (const text of identicalFileWarnings(photos, contentHashes)) warn(text)
}

/** The same of known individuals: what contradicts itself, and the number of the others. */
export async function warnOfIdenticalKnown({
  photos,
  contentHashes,
}: Pick<PhotoEmbeddings, 'photos' | 'contentHashes'>): Promise<void> {
  const { identicalInGalleryWarnings } = await import('../data/index.ts')
  for (const text of identicalInGalleryWarnings(photos, contentHashes)) warn(text)
}

/** How many rows of a file of decisions are about photos that are not `among` those at hand. */
export async function tellOtherDecisions(ofOthers: readonly Decision[], among: string): Promise<void> {
  const { otherDecisionsNote } = await import('../identify/index.ts')
  const note = otherDecisionsNote(ofOthers, among)
  if (note !== undefined) tell(`note: ${oneLine(note)}`)
}

export async function warnOfSkipped(skipped: readonly Skipped[]): Promise<void> {
  const { whySkipped } = await import('../data/index.ts')
  for (const one of skipped) warn(`skipped ${oneLine(one.photo.filename)}: ${oneLine(whySkipped(one))}`)
}

/** What a run recorded of itself that speaks against its answers. */
export async function warnOfTrust(embedder: Pick<Embedder, 'run' | 'members'>): Promise<void> {
  const { distrust } = await import('../identify/index.ts')
  for (const run of runsIn(embedder)) {
    const text = distrust(run)
    if (text !== undefined) warn(text)
  }
}
