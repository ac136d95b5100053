import { describePhoto, type Manifest, type Photo, type Skipped } from '../data/index.ts'
import { evaluateRetrieval, type IdentityScore, type RetrievalMetrics } from '../retrieval/index.ts'
import { type EmbedOptions, embedPhotos } from './embed.ts'
import type { Embedder, Tta } from './embedder.ts'
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
  /** Photos whose file is, byte for byte, that of another one. */
  readonly identicalFiles: number
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

/** Embeds the photos and ranks each against all others. @throws InputError for unreadable photos and where nothing can be scored. */
export async function evaluatePhotos(
  embedder: Embedder,
  { manifest, split }: { readonly manifest: Manifest; readonly split: SplitName },
  options: EvaluateOptions = {},
): Promise<EvaluationReport> {
  const { embeddings, photos, contentHashes, skipped } = await embedPhotos(embedder, manifest, options)
  const metrics = evaluateRetrieval({
    embeddings,
    identities: photos.map(({ identity }) => identity ?? ''),
    encounters: encountersOf(photos),
    excludeSame: options.excludeSame,
  })
  const scores = Object.fromEntries(scoreNames.map((name) => [name, metrics[name]])) as Pick<
    RetrievalMetrics,
    (typeof scoreNames)[number]
  >
  return {
    model: embedder.source,
    tta: embedder.tta,
    data: manifest.source,
    split,
    excludeSame: options.excludeSame ?? null,
    ...scores,
    perIdentity: metrics.perIdentity,
    identicalFiles: countRepeated(contentHashes),
    unknownEncounters:
      options.excludeSame === undefined ? 0 : photos.filter(({ encounter = '' }) => encounter === '').length,
    unreadable: unreadable(skipped),
  }
}

/** Undefined where no photo has one: excluding by encounter is then an error, not a quiet nothing. */
function encountersOf(photos: readonly Photo[]): string[] | undefined {
  if (photos.every(({ encounter }) => encounter === undefined)) return undefined
  return photos.map(({ encounter }) => encounter ?? '')
}

function countRepeated(values: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return values.filter((value) => counts.get(value)! > 1).length
}

function unreadable(skipped: readonly Skipped[]): EvaluationReport['unreadable'] {
  return skipped.map(({ photo, reason }) => ({ photo: describePhoto(photo), reason }))
}
