import {
  chanceOf,
  evaluateQueriesAgainstGallery,
  evaluateRetrieval,
  type LabelledEmbeddings,
  type PhotoLabels,
  type RetrievalMetrics,
  type Scores,
} from '../src/retrieval/index.ts'

/** What a random order reaches on average, in the scores that tables of results have. */
export type Chance = Pick<Scores, 'rank1' | 'map' | 'identityBalancedMap'>

/** The same, and how many photos were asked about, are in the gallery, and could be scored. */
export interface ByChance {
  readonly photos: number
  readonly gallery: number
  readonly queries: number
  readonly chance: Chance
}

/** The last columns of a table of results, with mAP and without. */
export const chanceColumns = ['chance_rank1', 'chance_map', 'chance_identity_balanced_map'] as const
export const chanceColumnsWithoutMap = ['chance_rank1', 'chance_identity_balanced_map'] as const

/** The cells of these columns. */
export function chanceCells(
  { rank1, map, identityBalancedMap }: Chance,
  columns: readonly (typeof chanceColumns)[number][],
): string[] {
  const cells = { chance_rank1: rank1, chance_map: map, chance_identity_balanced_map: identityBalancedMap }
  return columns.map((name) => cells[name].toFixed(4))
}

/** Each photo against the others, those of its own encounter left out where encounters are known. */
export function chanceAmong(photos: PhotoLabels): ByChance {
  const excludeSame = photos.encounters === undefined ? undefined : 'encounter'
  return byChance(evaluateRetrieval({ ...withAnyPicture(photos), excludeSame }), photos, photos)
}

/** Photos against a gallery of others, nothing left out. */
export function chanceAgainst(queries: PhotoLabels, gallery: PhotoLabels): ByChance {
  return byChance(evaluateQueriesAgainstGallery(withAnyPicture(queries), withAnyPicture(gallery), {}), queries, gallery)
}

function byChance({ perQuery }: RetrievalMetrics, asked: PhotoLabels, known: PhotoLabels): ByChance {
  const [photos, gallery] = [asked.identities.length, known.identities.length]
  return { photos, gallery, queries: perQuery.length, chance: chanceOf(perQuery) }
}

/** Chance depends on whom photos show, not on how they look: any embedding has the same queries and galleries. */
function withAnyPicture(photos: PhotoLabels): LabelledEmbeddings {
  const count = photos.identities.length
  const data = Float32Array.from({ length: 2 * count }, (_, i) => (i % 7) + 1)
  return { ...photos, embeddings: { count, dim: 2, data } }
}
