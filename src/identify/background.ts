import { check, unreachable } from '../base/index.ts'
import { type Photo, photoKey } from '../data/index.ts'
import { type Embedder, type EmbedOptions, embedPhotos, type PhotoEmbeddings } from '../embedder/index.ts'
import { type Geometry, isTransparent } from '../images/index.ts'
import {
  comparePaired,
  type Embeddings,
  type PairedScore,
  type QueryRecord,
  queryRecords,
  type RetrievalMetrics,
} from '../retrieval/index.ts'
import { mayHaveAlpha, mostLookedAt } from './cut-out.ts'
import { swappedBackground } from './swapped-background.ts'

/** `a` with the photos as they are, `b` with another background; `difference` is b − a. */
export interface BackgroundScores {
  readonly rank1: PairedScore
  readonly map: PairedScore
  readonly identityBalancedMap: PairedScore
}

/** What a score loses when the background is filled with black: a model that looks at coats loses little. */
export interface BackgroundReliance extends BackgroundScores {
  /** Photos whose mask leaves some background out. */
  readonly masked: number
  readonly queries: number
  /** The same with each animal set on another photo's background, which misleads where black only takes away. */
  readonly swapped: BackgroundScores
}

/** Photos that were scored as they are, and how: `score` ranks the same photos, embedded with another background, by the same rules. */
export interface ScoredAsTheyAre {
  readonly embedded: PhotoEmbeddings
  readonly score: (embeddings: Embeddings) => RetrievalMetrics
}

/** Whether the background is changed; `where known`: where there are masks, and the model sees what is outside of them. */
export interface BackgroundOptions extends EmbedOptions {
  /** Score twice more, with the background filled and with another's, outside of the masks of the photos that are asked about. */
  readonly background?: boolean | 'where known' | undefined
}

/** What the background carries, where that was asked for or is known. @throws InputError where it was asked for and there is no mask. */
export async function backgroundOf(
  embedder: Embedder,
  scored: ScoredAsTheyAre,
  options: BackgroundOptions,
): Promise<BackgroundReliance | null> {
  const { background = false } = options
  if (background === false) return null
  if (background === 'where known' && !(await seesBackground(embedder, scored.embedded.photos))) return null
  // a difference of one individual's scores has no interval
  const asTheyAre = scoredQueries(scored, scored.embedded.embeddings)
  if (background === 'where known' && areOfOne(asTheyAre)) return null
  const queries = await queriesOtherwise(embedder, { ...scored, asTheyAre }, options)
  check(
    queries !== null || background !== true,
    '`background`: no photo has a mask that leaves out some background',
    'masks are the alpha channels of photos, or `masks`',
  )
  return queries && relianceOf(queries)
}

/** The same queries three times: photos as they are, their background filled, and another photo's background there. */
export interface QueriesOtherwise {
  readonly masked: number
  readonly asTheyAre: readonly QueryRecord[]
  readonly filled: readonly QueryRecord[]
  readonly swapped: readonly QueryRecord[]
}

/**
 * What `backgroundOf` compares, of one of several models that share photos out. The queries stay as they are where no mask is known, or the model does not see
 * what is outside of it.
 */
export async function queriesWhereKnown(
  embedder: Embedder,
  scored: ScoredAsTheyAre,
  options: EmbedOptions,
): Promise<QueriesOtherwise> {
  const { photos, embeddings } = scored.embedded
  const asTheyAre = scoredQueries(scored, embeddings)
  const isSeen = await seesBackground(embedder, photos)
  const found = isSeen ? await queriesOtherwise(embedder, { ...scored, asTheyAre }, options) : null
  return found ?? { masked: 0, asTheyAre, filled: asTheyAre, swapped: asTheyAre }
}

/** What the background carries for several models together, each with queries of its own; null without a mask, and where they show one individual only. */
export function jointReliance(parts: readonly QueriesOtherwise[]): BackgroundReliance | null {
  const asTheyAre = parts.flatMap((part) => part.asTheyAre)
  if (areOfOne(asTheyAre) || parts.every(({ masked }) => masked === 0)) return null
  return relianceOf({
    masked: parts.reduce((sum, { masked }) => sum + masked, 0),
    asTheyAre,
    filled: parts.flatMap((part) => part.filled),
    swapped: parts.flatMap((part) => part.swapped),
  })
}

/**
 * Embeds the same photos twice more, with everything outside of their masks black and with another photo's background there, and scores them alike,
 * by embeddings alone (of queries against a gallery, that is as it is: what a query finds at a new place). Null where no photo has a mask that leaves some out.
 * @throws InputError where the model fills the background anyhow.
 */
async function queriesOtherwise(
  embedder: Embedder,
  { asTheyAre, ...scored }: ScoredAsTheyAre & Pick<QueriesOtherwise, 'asTheyAre'>,
  options: EmbedOptions,
): Promise<QueriesOtherwise | null> {
  const { photos, embeddings } = scored.embedded
  const manifest = { kind: 'photos', source: 'the scored photos', photos, warnings: [], problems: [] } as const
  const filled = await embedPhotos(withoutBackground(embedder), manifest, options)
  const masked = photos.filter((_, row) => differ(embeddings, filled.embeddings, row)).length
  if (masked === 0) return null
  const inPlaceOf = swappedBackground(photos, { limitPixels: options.limitPixels })
  const swapped = await embedPhotos(embedder, manifest, { ...options, inPlaceOf })
  return {
    masked,
    asTheyAre,
    filled: scoredQueries(scored, filled.embeddings),
    swapped: scoredQueries(scored, swapped.embeddings),
  }
}

/** The paired difference is how much of the score the background carries. */
function relianceOf({ masked, asTheyAre, filled, swapped }: QueriesOtherwise): BackgroundReliance {
  const against = (other: readonly QueryRecord[]) => {
    const { queries, scores } = comparePaired(asTheyAre, other)
    const { rank1, map, identityBalancedMap } = scores
    return { queries, scores: { rank1: rank1!, map: map!, identityBalancedMap: identityBalancedMap! } }
  }
  const { queries, scores } = against(filled)
  return { masked, queries, ...scores, swapped: against(swapped).scores }
}

function areOfOne(queries: readonly QueryRecord[]): boolean {
  return queries.every(({ identity }) => identity === queries[0]?.identity)
}

/** Whether a model sees what is outside of the masks that some of the photos have: of files, transparent pixels say it. */
async function seesBackground(embedder: Embedder, photos: readonly Photo[]): Promise<boolean> {
  if (embedder.geometries.every(({ alpha }) => filledAlpha({ alpha }) === alpha)) return false
  if (photos.some(({ mask }) => mask !== undefined)) return true
  for (const { path } of photos.filter(({ path }) => mayHaveAlpha.test(path)).slice(0, mostLookedAt))
    if (await isTransparent(path)) return true
  return false
}

/** The same model on photos whose background is filled. */
function withoutBackground(embedder: Embedder): Embedder {
  const geometries = embedder.geometries.map((geometry): Geometry => ({ ...geometry, alpha: filledAlpha(geometry) }))
  const changed = geometries.some(({ alpha }, i) => alpha !== embedder.geometries[i]!.alpha)
  check(changed, `\`background\`: ${embedder.name} fills the background anyhow, so it cannot rely on it`)
  const { name, source, run, size, tta, batchSize, lanes, fusion } = embedder
  return {
    ...{ name, source, run, size, tta, batchSize, lanes, fusion, geometries },
    fingerprint: async () => `${await embedder.fingerprint()} without background`,
    embed: (photos) => embedder.embed(photos),
    release: async () => {},
  }
}

function filledAlpha({ alpha }: Pick<Geometry, 'alpha'>): Geometry['alpha'] {
  switch (alpha) {
    case 'keep':
      return 'black' // as the bars of a letterbox: a photo without a mask stays as it is, to the bit
    case 'crop':
      return 'crop-black'
    case 'black':
    case 'mean':
    case 'crop-black':
      return alpha
    default:
      return unreachable(alpha)
  }
}

function differ(a: PhotoEmbeddings['embeddings'], b: PhotoEmbeddings['embeddings'], row: number): boolean {
  for (let i = row * a.dim; i < (row + 1) * a.dim; i++) if (a.data[i] !== b.data[i]) return true
  return false
}

function scoredQueries({ embedded, score }: ScoredAsTheyAre, embeddings: Embeddings): readonly QueryRecord[] {
  return queryRecords(score(embeddings).perQuery, (query) => photoKey(embedded.photos[query]!))
}
