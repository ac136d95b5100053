import {
  describePhoto,
  identicalFiles,
  identicalFileWarnings,
  identifiedOnly,
  type Manifest,
  type Photo,
  type Skipped,
} from '../data/index.ts'
import type { Embedder, Tta } from '../embedder/index.ts'
import { type EmbedOptions, embedPhotos } from '../embedder/index.ts'
import {
  checkScorable,
  evaluateRetrieval,
  type IdentityScore,
  type Labels,
  type RetrievalMetrics,
} from '../retrieval/index.ts'
import type { SplitName } from './selection.ts'

export interface EvaluateOptions extends EmbedOptions {
  /** Leave out of a query's gallery the photos with its identity and its encounter. */
  readonly excludeSame?: 'encounter' | undefined
}

/** What `metrics.json` holds: the scores, and on what they were measured. */
export interface EvaluationReport extends Pick<RetrievalMetrics, (typeof scoreNames)[number]> {
  /** Where the model came from. */
  readonly model: string
  readonly tta: Tta
  readonly data: string
  readonly split: SplitName
  readonly excludeSame: 'encounter' | null
  readonly perIdentity: readonly IdentityScore[]
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

/**
 * Embeds the photos of known individuals and ranks each against all others.
 * @throws InputError for unreadable photos, and before any is embedded for labels with which nothing can be scored.
 */
export async function evaluatePhotos(
  embedder: Embedder,
  { manifest: whole, split }: { readonly manifest: Manifest; readonly split: SplitName },
  options: EvaluateOptions = {},
): Promise<EvaluationReport> {
  const { excludeSame } = options
  const manifest = identifiedOnly(whole)
  if (manifest.problems.length === 0) checkScorable({ ...labelsOf(manifest.photos), excludeSame })
  const { embeddings, photos, contentHashes, skipped } = await embedPhotos(embedder, manifest, options)
  const metrics = evaluateRetrieval({ embeddings, ...labelsOf(photos), excludeSame })
  const scores = Object.fromEntries(scoreNames.map((name) => [name, metrics[name]])) as Pick<
    RetrievalMetrics,
    (typeof scoreNames)[number]
  >
  return {
    model: embedder.source,
    tta: embedder.tta,
    data: manifest.source,
    split,
    excludeSame: excludeSame ?? null,
    ...scores,
    perIdentity: metrics.perIdentity,
    unidentified: whole.photos.length - manifest.photos.length,
    identicalFiles: identicalFiles(photos, contentHashes).flat().length,
    identical: identicalFileWarnings(photos, contentHashes),
    unknownEncounters: excludeSame === undefined ? 0 : photos.filter(({ encounter = '' }) => encounter === '').length,
    unreadable: unreadable(skipped),
  }
}

/** Encounters are undefined where no photo has one: excluding by encounter is then an error, not a quiet nothing. */
function labelsOf(photos: readonly Photo[]): Pick<Labels, 'identities' | 'encounters'> {
  const none = photos.every(({ encounter }) => encounter === undefined)
  return {
    identities: photos.map(({ identity }) => identity ?? ''),
    encounters: none ? undefined : photos.map(({ encounter }) => encounter ?? ''),
  }
}

function unreadable(skipped: readonly Skipped[]): EvaluationReport['unreadable'] {
  return skipped.map(({ photo, reason }) => ({ photo: describePhoto(photo), reason }))
}
