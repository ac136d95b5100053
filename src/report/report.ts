import { basename } from 'node:path'
import { datasetHash, identifiedOnly, type Photo, type Skipped } from '../data/index.ts'
import { type Embedder, type EmbedOptions, embedPhotos, type PhotoEmbeddings } from '../embedder/index.ts'
import {
  type BackgroundOptions,
  backgroundOf,
  checkScorablePhotos,
  type ExcludeSame,
  exclusion,
  type LocalMatching,
  labelsOf,
  matchLocally,
  meetingOf,
  type Selection,
} from '../identify/index.ts'
import { type Embeddings, evaluateRetrieval, type PostProcessing } from '../retrieval/index.ts'
import { buildReport, type ReportInput, sharedReport } from './build.ts'
import { type CertificateSection, type CrossPhotos, certificateSections } from './certificate.ts'
import type { Curves, Projection, ReportData, ReportHashes, ReportScoring, TrainedOn } from './data.ts'
import { type ExplainedMatches, explainMatches, explainMatchesDefaults, matchesToExplain } from './explanations.ts'
import { withoutFont } from './fonts.ts'
import { picturedPhotos } from './pictures.ts'
import { type ProjectionName, projectEmbeddings } from './projections.ts'
import { makeThumbnails, type PhotoPicture, thumbnailSide } from './thumbnails.ts'
import { checkReportFolder, type WrittenReport, writeReport } from './write.ts'

/** What a run tells of itself, as plain data. */
export interface RunStory {
  readonly config: unknown
  readonly curves: Curves | null
  readonly trainedOn: TrainedOn | null
  readonly hashes: Omit<ReportHashes, 'data'>
  /** A photo's own side of the split. */
  readonly splitOf?: ((photo: Photo) => string) | undefined
  /** The nearest photos of the run's two sides, as far as they are here. */
  readonly crossPhotos?: readonly CrossPhotos[] | undefined
}

/** Where a report is written, what it holds and what it leaves out. */
export interface ReportOptions extends Pick<EmbedOptions, 'skipUnreadable' | 'limitPixels' | 'signal' | 'onCaption'> {
  readonly out: string
  /** What the report is called; the run's folder or the model's name unless given. */
  readonly title?: string | undefined
  /** What the scored photos are called, as in `test photos`; the selection's split unless given. */
  readonly splitName?: string | undefined
  readonly overwrite?: boolean
  /** As in `evaluatePhotos`: by encounter where encounters are known, unless given. */
  readonly excludeSame?: ExcludeSame | undefined
  /** What is done to rank; plain cosines unless given. */
  readonly postProcessing?: PostProcessing | undefined
  /** Places of the coat matched as well, each photo with a shortlist: rankings, pairs and heat maps are of the similarities that these make. */
  readonly local?: LocalMatching | undefined
  /** As in `evaluatePhotos`: score with other backgrounds too, which embeds each photo twice more; not unless asked for. */
  readonly background?: BackgroundOptions['background']
  readonly projections?: readonly ProjectionName[]
  readonly seed?: number
  readonly share?: boolean
  /** Across a PNG of ordinary width. */
  readonly pixels?: number | undefined
  /** Longer side of the page's photos; from their number unless given. */
  readonly thumbnailPx?: number | undefined
  readonly story?: RunStory | undefined
  /** Matches explained of each kind, right and wrong; four unless given, one where the model tells nothing of its cells. */
  readonly explain?: number | undefined
  /** `done` of `total` of the work that `what` names. */
  readonly onProgress?: ((what: ReportStage, done: number, total: number) => void) | undefined
}

/** A part of the work, as progress is told of it. */
export type ReportStage =
  | 'embedding'
  | 'other backgrounds'
  | 'comparing'
  | 'ranking'
  | 'projecting'
  | 'explaining'
  | 'thumbnails'
  | 'pictures'

/** PCA and t-SNE from seed 0; nothing is replaced, and no name is left out. */
export const reportDefaults = { overwrite: false, projections: ['pca', 'tsne'], seed: 0, share: false } as const

/** A finished report: its data, its files, and which photos are not in it. */
export interface ReportOutcome extends WrittenReport {
  readonly data: ReportData
  /** What was left out and what speaks against the scores, with names, also where the report is shared. */
  readonly scoring: ReportScoring
  /** Longer side of the page's photos; 0 without photos. */
  readonly thumbnailPx: number
  /** Photos that could not be read. */
  readonly skipped: readonly Skipped[]
  /** Individuals whose names have letters that no font of ours has: boxes in the PNGs. */
  readonly namesWithBoxes: readonly string[]
}

/** Longer side of photos in the pictures, of which few are shown. */
const picturedPx = 320

const noStory: RunStory = {
  ...{ config: null, curves: null, trainedOn: null },
  hashes: { config: null, split: null, weights: null },
}

type Settings = ReportOptions & Required<Pick<ReportOptions, keyof typeof reportDefaults>>

/**
 * A model's report on photos of known individuals: embeds, measures, projects, draws, writes. Nothing is left where it fails.
 * @throws InputError for an `out` that exists, photos that cannot be read, and where nothing can be scored.
 */
export async function makeReport(
  embedder: Embedder,
  selection: Selection,
  options: ReportOptions,
): Promise<ReportOutcome> {
  const settings: Settings = { ...reportDefaults, ...options }
  const { out, overwrite, share, signal, pixels, onProgress } = settings
  checkReportFolder(out, overwrite)
  const { input, skipped } = await measured(embedder, selection, settings)
  const named = buildReport(input)
  const built = share ? sharedReport(named, input.embeddings) : named
  const { explanations, views } = await explained(embedder, input.photos, built, settings)
  const data = { ...built, explanations, explainable: embedder.network !== undefined }
  const { thumbnailPx, ...seen } = share ? nothingSeen : await photosSeen(embedder, input, settings)
  const images = await picturesFor(input.photos, picturedPhotos(data), settings)
  let drawn = 0
  const written = await writeReport(data, {
    ...{ out, overwrite, images, views, signal },
    ...seen,
    ...(pixels === undefined ? {} : { pixels }),
    onProgress: () => onProgress?.('pictures', ++drawn, drawn + 1),
  })
  const namesWithBoxes = withoutFont(data.identities)
  return { ...written, data, scoring: named.scoring, thumbnailPx, skipped, namesWithBoxes }
}

/** What a report is computed from: the photos embedded, matched where that is asked, and projected. */
async function measured(
  embedder: Embedder,
  { manifest, split, reason, learned }: Selection,
  settings: Settings,
): Promise<{ readonly input: ReportInput; readonly skipped: readonly Skipped[] }> {
  const { excludeSame, postProcessing, skipUnreadable, limitPixels, signal, onCaption, story = noStory } = settings
  const known = identifiedOnly(manifest)
  checkScorablePhotos(known, exclusion(known.photos, excludeSame), split)
  const reading = { skipUnreadable, limitPixels, signal, onCaption }
  const embedded = await embedPhotos(embedder, known, { ...reading, onProgress: telling(settings, 'embedding') })
  const { photos, embeddings, contentHashes, skipped } = embedded
  const input: ReportInput = {
    title: settings.title ?? basename(embedder.run ?? embedder.name),
    model: embedder.name,
    flipAveraging: embedder.tta !== 'none',
    data: basename(manifest.source),
    split: settings.splitName ?? split,
    reason,
    hashes: { ...story.hashes, data: datasetHash(photos, contentHashes) },
    config: story.config,
    photos,
    embeddings,
    local: await matchedPlaces(embedded, settings),
    background: await otherBackgrounds(embedder, embedded, settings),
    projections: await projectedBy(embeddings, settings),
    splitOf: story.splitOf,
    curves: story.curves,
    trainedOn: story.trainedOn,
    excludeSame: exclusion(photos, excludeSame),
    postProcessing,
    contentHashes,
    skipped,
    unidentified: manifest.photos.length - known.photos.length,
    learned,
    onRank: telling(settings, 'ranking'),
  }
  return { input, skipped }
}

async function matchedPlaces(
  embedded: PhotoEmbeddings,
  { local, excludeSame, postProcessing }: Settings,
): Promise<ReportInput['local']> {
  if (local === undefined) return undefined
  const meeting = meetingOf(embedded, undefined, { excludeSame, flanks: 'any' })
  return { kind: local.kind, ...(await matchLocally(local, { ...meeting, postProcessing })) }
}

async function otherBackgrounds(
  embedder: Embedder,
  embedded: PhotoEmbeddings,
  settings: Settings,
): Promise<ReportInput['background']> {
  const { excludeSame, postProcessing, background, limitPixels, signal } = settings
  const rules = { ...labelsOf(embedded.photos), excludeSame: exclusion(embedded.photos, excludeSame), postProcessing }
  const score = (embeddings: Embeddings) => evaluateRetrieval({ embeddings, ...rules })
  const onProgress = telling(settings, 'other backgrounds')
  return backgroundOf(embedder, { embedded, score }, { background, limitPixels, signal, onProgress })
}

function projectedBy(
  embeddings: Embeddings,
  { projections, seed, signal, onProgress }: Settings,
): Promise<readonly Projection[]> {
  const total = projections.length
  return projectEmbeddings(embeddings, projections, {
    seed,
    signal,
    onProgress: (name, done) => onProgress?.('projecting', projections.indexOf(name) + done, total),
  })
}

/** What the page shows of the photos themselves. */
interface PhotosSeen extends Pick<ReportOutcome, 'thumbnailPx'> {
  readonly thumbnails: readonly PhotoPicture[]
  /** The nearest photos of both sides of the split. */
  readonly certificate: readonly CertificateSection[]
}

/** Of a shared report: they would be photos and names. */
const nothingSeen: PhotosSeen = { thumbnailPx: 0, thumbnails: [], certificate: [] }

async function photosSeen(
  embedder: Embedder,
  { photos, embeddings, excludeSame }: ReportInput,
  settings: Settings,
): Promise<PhotosSeen> {
  const { limitPixels, signal, story = noStory } = settings
  const given = { limitPixels, signal }
  const thumbnailPx = settings.thumbnailPx ?? (await thumbnailSide(photos, given))
  const drawn = { longSidePx: thumbnailPx, ...given, onProgress: telling(settings, 'thumbnails') }
  const thumbnails = await makeThumbnails(photos, drawn)
  const compared = { photos, embeddings, excludeSame, crossPhotos: story.crossPhotos ?? [] }
  const told = { ...given, onProgress: telling(settings, 'comparing') }
  return { thumbnailPx, thumbnails, certificate: await certificateSections(embedder, compared, told) }
}

function telling({ onProgress }: Pick<ReportOptions, 'onProgress'>, stage: ReportStage) {
  return (done: number, total: number): void => onProgress?.(stage, done, total)
}

/** A shared report shows no photos, and so explains nothing; nor does one of several networks. */
async function explained(
  { network, source }: Embedder,
  photos: readonly Photo[],
  data: ReportData,
  { explain, seed, limitPixels, signal, onProgress }: ReportOptions,
): Promise<ExplainedMatches> {
  if (data.shared || network === undefined) return { explanations: [], views: [] }
  const each = explain ?? (network.cellGrid === undefined ? 1 : explainMatchesDefaults.each)
  return explainMatches({ network, source }, photos, matchesToExplain(data, each), {
    limitPixels,
    signal,
    onProgress: (done, total) => onProgress?.('explaining', done, total),
    ...(seed === undefined ? {} : { seed }),
  })
}

/** JPEG, which SVG readers know. */
async function picturesFor(
  photos: readonly Photo[],
  shown: readonly number[],
  { limitPixels, signal }: Pick<ReportOptions, 'limitPixels' | 'signal'>,
): Promise<ReadonlyMap<number, string>> {
  const chosen = shown.map((i) => photos[i]!)
  const options = { longSidePx: picturedPx, format: 'jpeg', quality: 80, limitPixels, signal } as const
  const made: readonly PhotoPicture[] = await makeThumbnails(chosen, options)
  return new Map(shown.map((photo, i) => [photo, made[i]!.uri]))
}
