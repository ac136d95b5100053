import { basename } from 'node:path'
import { datasetHash, identifiedOnly, type Photo, type Skipped } from '../data/index.ts'
import { type Embedder, type EmbedOptions, embedPhotos } from '../embedder/index.ts'
import {
  checkScorablePhotos,
  type ExcludeSame,
  exclusion,
  type LocalMatching,
  matchLocally,
  meetingOf,
  type Selection,
} from '../identify/index.ts'
import type { PostProcessing } from '../retrieval/index.ts'
import { buildReport, type ReportInput, sharedReport } from './build.ts'
import { type CertificateSection, type CrossPhotos, certificateSections } from './certificate.ts'
import type { Curves, ReportData, ReportHashes, ReportScoring, TrainedOn } from './data.ts'
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
  readonly hashes: Pick<ReportHashes, 'config' | 'split'>
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

const noStory: RunStory = { config: null, curves: null, trainedOn: null, hashes: { config: null, split: null } }

/**
 * A model's report on photos of known individuals: embeds, measures, projects, draws, writes. Nothing is left where it fails.
 * @throws InputError for an `out` that exists, photos that cannot be read, and where nothing can be scored.
 */
export async function makeReport(
  embedder: Embedder,
  { manifest, split, reason, learned }: Selection,
  options: ReportOptions,
): Promise<ReportOutcome> {
  const { out, overwrite, projections, seed, share, excludeSame, pixels, signal, onProgress } = {
    ...reportDefaults,
    ...options,
  }
  const { story = noStory, skipUnreadable, limitPixels, onCaption } = options
  checkReportFolder(out, overwrite)
  const tell = (stage: ReportStage) => (done: number, total: number) => onProgress?.(stage, done, total)
  const known = identifiedOnly(manifest)
  checkScorablePhotos(known, exclusion(known.photos, excludeSame))
  const embedded = await embedPhotos(embedder, known, {
    skipUnreadable,
    limitPixels,
    signal,
    onCaption,
    onProgress: tell('embedding'),
  })
  const { photos, embeddings, contentHashes } = embedded
  const local = options.local && {
    kind: options.local.kind,
    ...(await matchLocally(options.local, {
      ...meetingOf(embedded, undefined, { excludeSame, flanks: 'any' }),
      postProcessing: options.postProcessing,
    })),
  }
  const projected = await projectEmbeddings(embeddings, projections, {
    seed,
    signal,
    onProgress: (name, done) => onProgress?.('projecting', projections.indexOf(name) + done, projections.length),
  })
  const input: ReportInput = {
    title: options.title ?? basename(embedder.run ?? embedder.name),
    model: embedder.name,
    flipAveraging: embedder.tta !== 'none',
    data: basename(manifest.source),
    split: options.splitName ?? split,
    reason,
    hashes: { ...story.hashes, data: datasetHash(photos, contentHashes) },
    config: story.config,
    photos,
    embeddings,
    projections: projected,
    splitOf: story.splitOf,
    curves: story.curves,
    trainedOn: story.trainedOn,
    excludeSame: exclusion(photos, excludeSame),
    postProcessing: options.postProcessing,
    local,
    contentHashes,
    skipped: embedded.skipped,
    unidentified: manifest.photos.length - known.photos.length,
    learned,
    onRank: tell('ranking'),
  }
  const named = buildReport(input)
  const built = share ? sharedReport(named, embeddings) : named
  const { explanations, views } = await explained(embedder, photos, built, options)
  const data = { ...built, explanations }
  const thumbnailPx = share ? 0 : (options.thumbnailPx ?? (await thumbnailSide(photos, { limitPixels, signal })))
  const thumbnails = share
    ? []
    : await makeThumbnails(photos, { longSidePx: thumbnailPx, limitPixels, signal, onProgress: tell('thumbnails') })
  const certificate: readonly CertificateSection[] = share
    ? [] // it would be photos and names
    : await certificateSections(
        embedder,
        { photos, embeddings, excludeSame: input.excludeSame, crossPhotos: story.crossPhotos ?? [] },
        { limitPixels, signal, onProgress: tell('comparing') },
      )
  const images = await picturesFor(photos, picturedPhotos(data), { limitPixels, signal })
  let drawn = 0
  const written = await writeReport(data, {
    out,
    overwrite,
    thumbnails,
    images,
    views,
    certificate,
    signal,
    ...(pixels === undefined ? {} : { pixels }),
    onProgress: () => onProgress?.('pictures', ++drawn, drawn + 1),
  })
  const namesWithBoxes = withoutFont(data.identities)
  return { ...written, data, scoring: named.scoring, thumbnailPx, skipped: embedded.skipped, namesWithBoxes }
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
  given: Pick<ReportOptions, 'limitPixels' | 'signal'>,
): Promise<ReadonlyMap<number, string>> {
  const chosen = shown.map((i) => photos[i]!)
  const options = { longSidePx: picturedPx, format: 'jpeg', quality: 80, ...given } as const
  const made: readonly PhotoPicture[] = await makeThumbnails(chosen, options)
  return new Map(shown.map((photo, i) => [photo, made[i]!.uri]))
}
