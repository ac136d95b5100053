import { describePhoto, identicalFiles, identicalFileWarnings, identifiedOnly, type Skipped } from '../data/index.ts'
import type { Embedder, Tta } from '../embedder/index.ts'
import { type EmbedOptions, embedPhotos } from '../embedder/index.ts'
import { checkScorable, evaluateRetrieval, type IdentityScore, type RetrievalMetrics } from '../retrieval/index.ts'
import { doubtsOf } from './doubts.ts'
import { type ExcludeSame, exclusion, labelsOf, withoutEncounter } from './protocol.ts'
import type { Selection, SplitName } from './selection.ts'

/** Which pairs of photos a score leaves out, and how labels are compared. */
export interface EvaluateOptions extends EmbedOptions {
  /** Which photos a query may not meet besides itself; by encounter where encounters are known, unless given. */
  readonly excludeSame?: ExcludeSame | undefined
  /** A query's label that looks like one of the gallery is that. */
  readonly mergeSimilarLabels?: boolean | undefined
}

/** The photos that are scored: a selection, its reason left to who asked. */
export type Scored = Pick<Selection, 'manifest' | 'split' | 'learned'>

/** What `metrics.json` holds: the scores, and on what they were measured. */
export interface EvaluationReport extends Pick<RetrievalMetrics, (typeof scoreNames)[number]> {
  /** Where the model came from. */
  readonly model: string
  readonly tta: Tta
  readonly data: string
  /** Where the known individuals came from; null where the photos are each other's gallery. */
  readonly gallery: string | null
  readonly split: SplitName
  /** What a query was ranked against, in words. */
  readonly protocol: string
  readonly excludeSame: 'encounter' | null
  /** Queries whose individual the gallery does not show: not scored. */
  readonly notInGallery: number
  /** Queries whose very file is in the gallery, where it was left out for them. */
  readonly sameFiles: number
  readonly perIdentity: readonly IdentityScore[]
  /** Why the scores mean little or nothing, a sentence each. */
  readonly doubts: readonly string[]
  /** The scores with photos of the same encounter left in, which flatter every model; null where they were not left out. */
  readonly withinEncounter: Pick<RetrievalMetrics, 'rank1' | 'map' | 'identityBalancedMap' | 'queries'> | null
  /** Of the scored photos those that the run was trained on, recognised by their content; null where that is not known. */
  readonly trainedOn: number | null
  /** Photos of nobody known, which were left out. */
  readonly unidentified: number
  /** Photos whose file is, byte for byte, that of another one. */
  readonly identicalFiles: number
  /** Their names, group by group; those under different identities first. */
  readonly identical: readonly string[]
  /** Photos of unknown encounter, where encounters are left out: for them nothing is. */
  readonly unknownEncounters: number
  /** Photos that could not be read. */
  readonly unreadable: readonly { readonly photo: string; readonly reason: string }[]
}

const scoreNames = [
  'rank1',
  'rank5',
  'rank10',
  'map',
  'identityBalancedMap',
  'minp',
  'queries',
  'skipped',
  'identities',
  'photos',
  'tieRate',
  'cmc',
] as const satisfies readonly (keyof RetrievalMetrics)[]

/** Of all metrics those that a report has. */
export function scoresOf(metrics: RetrievalMetrics): Pick<RetrievalMetrics, (typeof scoreNames)[number]> {
  return Object.fromEntries(scoreNames.map((name) => [name, metrics[name]])) as Pick<
    RetrievalMetrics,
    (typeof scoreNames)[number]
  >
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
  if (manifest.problems.length === 0) checkScorable({ ...labelsOf(manifest.photos), excludeSame })
  const { embeddings, photos, contentHashes, skipped } = await embedPhotos(embedder, manifest, options)
  const labelled = { embeddings, ...labelsOf(photos) }
  const metrics = evaluateRetrieval({ ...labelled, excludeSame })
  return {
    model: embedder.source,
    tta: embedder.tta,
    data: manifest.source,
    gallery: null,
    split,
    protocol: excludeSame === undefined ? 'each photo against all others' : 'each photo against other encounters',
    excludeSame: excludeSame ?? null,
    ...scoresOf(metrics),
    notInGallery: 0,
    sameFiles: 0,
    perIdentity: metrics.perIdentity,
    doubts: doubtsOf(metrics),
    withinEncounter: excludeSame === undefined ? null : headline(evaluateRetrieval(labelled)),
    trainedOn: learned ?? null,
    unidentified: whole.photos.length - manifest.photos.length,
    identicalFiles: identicalFiles(photos, contentHashes).flat().length,
    identical: identicalFileWarnings(photos, contentHashes),
    unknownEncounters: excludeSame === undefined ? 0 : withoutEncounter(photos),
    unreadable: unreadablePhotos(skipped),
  }
}

function headline({
  rank1,
  map,
  identityBalancedMap,
  queries,
}: RetrievalMetrics): NonNullable<EvaluationReport['withinEncounter']> {
  return { rank1, map, identityBalancedMap, queries }
}

/** What was skipped, as a report lists it. */
export function unreadablePhotos(skipped: readonly Skipped[]): EvaluationReport['unreadable'] {
  return skipped.map(({ photo, reason }) => ({ photo: describePhoto(photo), reason }))
}
