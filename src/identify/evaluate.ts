import { identifiedOnly, type Photo, photoKey } from '../data/index.ts'
import type { Embedder, Tta } from '../embedder/index.ts'
import { type EmbedOptions, embedPhotos } from '../embedder/index.ts'
import {
  evaluateRetrieval,
  type PostProcessing,
  type QueryRecord,
  queryRecords,
  type RetrievalMetrics,
} from '../retrieval/index.ts'
import { checkScorablePhotos, type ExcludeSame, exclusion, labelsOf } from './protocol.ts'
import type { RankProgress } from './rank-progress.ts'
import { type Scoring, scoringOf, unidentifiedOf } from './scoring.ts'
import type { Selection, SplitName } from './selection.ts'

/** Which pairs of photos a score leaves out, and how labels are compared. */
export interface EvaluateOptions extends EmbedOptions, RankProgress {
  /** Which photos a query may not meet besides itself; by encounter where encounters are known, unless given. */
  readonly excludeSame?: ExcludeSame | undefined
  /** A query's label that looks like one of the gallery is that. */
  readonly mergeSimilarLabels?: boolean | undefined
  /** What is done to rank; plain cosines unless given. */
  readonly postProcessing?: PostProcessing | undefined
}

/** The photos that are scored: a selection, its reason left to who asked. */
export type Scored = Pick<Selection, 'manifest' | 'split' | 'learned'>

/** What `metrics.json` holds: the scores, and on what they were measured. */
export interface EvaluationReport extends Omit<RetrievalMetrics, 'perQuery'>, Scoring {
  /** Where the model came from. */
  readonly model: string
  readonly tta: Tta
  /** What was done to rank; empty for plain cosines. */
  readonly postProcessing: PostProcessing
  readonly data: string
  /** Where the known individuals came from; null where the photos are each other's gallery. */
  readonly gallery: string | null
  readonly split: SplitName
  /** Queries whose individual the gallery does not show: not scored. */
  readonly notInGallery: number
  /** Queries whose very file is in the gallery, where it was left out for them. */
  readonly sameFiles: number
  /** Each scored query under its photo's `photoKey`: what a paired test of two models needs. */
  readonly perQuery: readonly QueryRecord[]
}

/** The numbers of a report, and how each query did under its photo's name. */
export function measuredOf(
  { perQuery, ...numbers }: RetrievalMetrics,
  photos: readonly Photo[],
): Omit<RetrievalMetrics, 'perQuery'> & Pick<EvaluationReport, 'perQuery'> {
  return { ...numbers, perQuery: queryRecords(perQuery, (query) => photoKey(photos[query]!)) }
}

/**
 * Embeds the photos of known individuals and ranks each against all others, those of its own encounter left out where encounters
 * are known.
 * @throws InputError for unreadable photos, and before any is embedded for labels with which nothing can be scored.
 */
export async function evaluatePhotos(
  embedder: Embedder,
  { manifest: whole, split, learned }: Scored,
  options: EvaluateOptions = {},
): Promise<EvaluationReport> {
  const manifest = identifiedOnly(whole)
  const excludeSame = exclusion(manifest.photos, options.excludeSame)
  checkScorablePhotos(manifest, excludeSame)
  const embedded = await embedPhotos(embedder, manifest, options)
  const { postProcessing, onRank } = options
  const labels = labelsOf(embedded.photos)
  const ranking = { excludeSame, postProcessing, onQuery: onRank }
  const metrics = evaluateRetrieval({ embeddings: embedded.embeddings, ...labels, ...ranking })
  const unidentified = unidentifiedOf(whole, manifest)
  const { perIdentity, perQuery, ...numbers } = measuredOf(metrics, embedded.photos)
  return {
    model: embedder.source,
    tta: embedder.tta,
    postProcessing: postProcessing ?? {},
    data: manifest.source,
    gallery: null,
    split,
    ...numbers,
    notInGallery: 0,
    sameFiles: 0,
    ...scoringOf({ ...embedded, excludeSame, postProcessing, unidentified, learned, onRank }, metrics),
    perIdentity,
    perQuery,
  }
}
