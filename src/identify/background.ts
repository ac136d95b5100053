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
  const asTheyAre = records(scored.score(scored.embedded.embeddings), scored.embedded.photos)
  // a difference of one individual's scores has no interval
  if (background === 'where known' && asTheyAre.every(({ identity }) => identity === asTheyAre[0]?.identity))
    return null
  const reliance = await backgroundReliance(embedder, { ...scored, asTheyAre }, options)
  check(
    reliance !== null || background !== true,
    '`background`: no photo has a mask that leaves out some background',
    'masks are the alpha channels of photos, or `masks`',
  )
  return reliance
}

/**
 * Embeds the same photos twice more, with everything outside of their masks black and with another photo's background there, and scores them alike,
 * by embeddings alone (of queries against a gallery, that is as it is: what a query finds at a new place): the paired difference is how much of the score the background carries. Null where no photo has a mask that leaves some out.
 * @throws InputError where the model fills the background anyhow.
 */
async function backgroundReliance(
  embedder: Embedder,
  { embedded, score, asTheyAre }: ScoredAsTheyAre & { readonly asTheyAre: readonly QueryRecord[] },
  options: EmbedOptions,
): Promise<BackgroundReliance | null> {
  const blind = withoutBackground(embedder)
  const { photos } = embedded
  const manifest = { kind: 'photos', source: 'the scored photos', photos, warnings: [], problems: [] } as const
  const again = await embedPhotos(blind, manifest, options)
  const masked = photos.filter((_, row) => differ(embedded.embeddings, again.embeddings, row)).length
  if (masked === 0) return null
  const swapped = await embedPhotos(embedder, manifest, {
    ...options,
    inPlaceOf: swappedBackground(photos, { limitPixels: options.limitPixels }),
  })
  const against = (other: PhotoEmbeddings) => {
    const { queries, scores } = comparePaired(asTheyAre, records(score(other.embeddings), photos))
    const { rank1, map, identityBalancedMap } = scores
    return { queries, scores: { rank1: rank1!, map: map!, identityBalancedMap: identityBalancedMap! } }
  }
  const { queries, scores } = against(again)
  return { masked, queries, ...scores, swapped: against(swapped).scores }
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

function records({ perQuery }: RetrievalMetrics, photos: readonly Photo[]) {
  return queryRecords(perQuery, (query) => photoKey(photos[query]!))
}
