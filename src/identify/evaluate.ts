import type { RiskCoverage } from '../calibration/index.ts'
import { identifiedOnly, type Manifest, type Photo, photoKey } from '../data/index.ts'
import type { Averaging, Embedder } from '../embedder/index.ts'
import { embedCached, embedPhotos } from '../embedder/index.ts'
import {
  type Adjust,
  type ClusteringScores,
  clusteringScores,
  type Embeddings,
  evaluateRetrieval,
  type PostProcessing,
  type QueryRecord,
  queryRecords,
  type RetrievalMetrics,
  type RetrievalOptions,
  type VerificationScores,
} from '../retrieval/index.ts'

import { type BackgroundOptions, type BackgroundReliance, backgroundOf } from './background.ts'
import { type FlankCounts, type FlankRule, flankCounts, otherFlank, scoredFlanks } from './flanks.ts'
import { type LocalMatching, matchLocally } from './local-matching.ts'

import { pairsOf } from './pairs.ts'
import { type PriorScores, type PriorTask, priorScores, watchedBy, watchPrior } from './prior-scores.ts'
import { checkScorablePhotos, type ExcludeSame, exclusion, labelsOf, sameSighting } from './protocol.ts'
import { placesOf } from './protocol-places.ts'
import { type ProtocolReport, protocolsOf } from './protocols.ts'
import type { RankProgress } from './rank-progress.ts'
import { type Scoring, scoringOf, unidentifiedOf } from './scoring.ts'
import type { Selection, SplitName } from './selection.ts'

/** Which pairs of photos a score leaves out, and how labels are compared. */
export interface EvaluateOptions extends BackgroundOptions, RankProgress {
  /** Which photos a query may not meet besides itself; by encounter where encounters are known, unless given. */
  readonly excludeSame?: ExcludeSame | undefined
  /** all: score under every protocol that the photos allow, beside the one that was asked for. */
  readonly protocols?: 'all' | undefined
  /** Other photos of known individuals, for the protocols. */
  readonly others?: Manifest | undefined
  /** A query's label that looks like one of the gallery is that. */
  readonly mergeSimilarLabels?: boolean | undefined
  /** What is done to rank; plain cosines unless given. */
  readonly postProcessing?: PostProcessing | undefined
  /** same: a query does not meet photos of its other flank. It does unless asked. */
  readonly flanks?: FlankRule | undefined
  /** Places of the coat matched as well; not unless given. */
  readonly local?: LocalMatching | undefined
  /** place-time: score also with what stations and times say, and tell the difference; all other numbers are those of looks alone. */
  readonly prior?: 'place-time' | undefined
}

/** The photos that are scored: a selection, its reason left to who asked. */
export type Scored = Pick<Selection, 'manifest' | 'split' | 'learned'>

/** What `metrics.json` holds: the scores, and on what they were measured. */
export interface EvaluationReport extends Omit<RetrievalMetrics, 'perQuery'>, Scoring {
  /** Where the model came from. */
  readonly model: string
  readonly tta: Averaging
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
  /** What flanks did; null where they are not known. */
  readonly flanks: FlankCounts | null
  /** How often the first individual is wrong where only the surest answers are given, by the similarity. */
  readonly riskCoverage: RiskCoverage | null
  /** How often pairs of photos are taken for one individual. */
  readonly verification: VerificationScores
  /** How well the photos fall into individuals without labels; null where that says nothing, and for queries against a gallery. */
  readonly clustering: ClusteringScores | null
  /** The same model under every protocol; null unless asked for. */
  readonly protocols: ProtocolReport | null
  /** What the scores lose without the background; null where it was not asked for, or is not known. */
  readonly background: BackgroundReliance | null
  /** What place and time change; null where they were not asked. */
  readonly prior: PriorScores | null
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
  checkScorablePhotos(manifest, excludeSame, split)
  const meets = (photos: readonly Photo[]): PriorTask => {
    const sighting = sameSighting(photos, photos, excludeSame)
    return { queries: photos, gallery: photos, leaveOut: (q, g) => q === g || sighting(q, g) }
  }
  if (options.prior !== undefined) watchPrior(meets(manifest.photos), options.local?.kind) // what it lacks is told before the work
  const embedded = await embedPhotos(embedder, manifest, options)
  const { postProcessing, local, onRank, flanks = scoredFlanks } = options
  const { photos, embeddings } = embedded
  const { leaveOut } = meets(photos)
  const isOther = otherFlank(photos, photos, flanks)
  const task = {
    queries: embedded,
    gallery: embedded,
    leaveOut: (q: number, g: number) => leaveOut(q, g) || isOther(q, g),
  }
  const { adjust, matchers } = local === undefined ? {} : await matchLocally(local, { ...task, postProcessing })
  const pairs = pairsOf(photos, photos)
  const prior = options.prior && watchPrior(meets(photos), local?.kind)
  const rules = { excludeSame, leaveOut: isOther, postProcessing, onQuery: onRank }
  const scoredBy = (adjust: Adjust | undefined, onRanked?: RetrievalOptions['onRanked']) =>
    evaluateRetrieval({ embeddings, ...labelsOf(photos), ...rules, adjust, onRanked })
  const metrics = scoredBy(adjust, watchedBy(pairs, prior))
  const ofAllFlanks = excludeSame === undefined ? 'allPhotos' : 'otherEncounters'
  const askedProtocol = flanks === 'any' ? ofAllFlanks : undefined
  const score = (changed: Embeddings) =>
    evaluateRetrieval({ embeddings: changed, ...labelsOf(photos), excludeSame, leaveOut: isOther, postProcessing })
  const background = await backgroundOf(embedder, { embedded, score }, options)
  const others = options.protocols === undefined ? undefined : await othersOf(embedder, options)
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
    ...scoringOf(
      { ...embedded, excludeSame, postProcessing, match: local?.kind, matchers, unidentified, learned, onRank },
      metrics,
    ),
    flanks: flankCounts(photos, photos, { rule: flanks, leaveOut }),
    riskCoverage: pairs.risk(),
    verification: pairs.scores(),
    clustering: clusteringScores(embeddings, labelsOf(photos)),
    background,
    prior: prior === undefined ? null : priorScores(prior, adjust, { metrics, photos, scoredBy }),
    protocols:
      options.protocols === undefined
        ? null
        : await protocolsOf({
            photos: embedded,
            gallery: others,
            postProcessing,
            places: placesOf(local, adjust, askedProtocol),
          }),
    perIdentity,
    perQuery,
  }
}

/** The photos beside the scored ones, embedded; undefined where there are none. */
async function othersOf(embedder: Embedder, { others, ...options }: EvaluateOptions) {
  if (others === undefined || others.photos.length === 0) return undefined
  const known = identifiedOnly(others)
  return { source: known.source, embedded: await embedCached(embedder, known, options) }
}
