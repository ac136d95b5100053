import type { PhotoEmbeddings } from '../embedder/index.ts'
import { pickRows } from '../retrieval/index.ts'
import { areCutOut } from './cut-out.ts'
import { type LocalMatching, matchLocally } from './local-matching.ts'
import type { PairToDecide } from './pairs-to-decide.ts'

/** Places of two coats that agree, and where: [count, 4] x and y in the one photo, x and y in the other, in pixels of the upright photos. */
export interface AgreeingPlaces {
  readonly count: number
  readonly places: Float32Array
}

/** What agrees in pairs that a person is asked about. */
export interface MatchedPairs {
  /** Of each pair by row of the other photo. */
  readonly pairs: readonly ReadonlyMap<number, AgreeingPlaces>[]
  /** The animals are not cut out: places may lie in their background. */
  readonly onWholePhotos: boolean
}

/**
 * The places of the coat that agree in pairs that a person is asked about. Nothing follows from them but what the
 * person sees. Only photos of these pairs are looked at, and their labels are not. @throws InputError for photos that cannot be read; the signal's reason
 * when it aborts.
 */
export async function matchPairs(
  matching: Omit<LocalMatching, 'kind'>,
  photos: PhotoEmbeddings,
  pairs: readonly PairToDecide[],
): Promise<MatchedPairs> {
  const known = [...new Set(pairs.flatMap(({ others }) => others))]
  const task = {
    queries: unnamed(
      photos,
      pairs.map(({ photo }) => photo),
    ),
    gallery: unnamed(photos, known),
    leaveOut: (query: number, photo: number) => !pairs[query]!.others.includes(known[photo]!),
  }
  const { matches } = await matchLocally({ ...matching, kind: 'fused' }, task)
  return {
    pairs: matches.map(
      (own) => new Map([...own].map(([photo, { places }]) => [known[photo]!, { count: places.length / 4, places }])),
    ),
    onWholePhotos: !(await areCutOut([...task.queries.photos, ...task.gallery.photos])),
  }
}

function unnamed(photos: PhotoEmbeddings, rows: readonly number[]): PhotoEmbeddings {
  return {
    embeddings: pickRows(photos.embeddings, rows),
    photos: rows.map((row) => ({ ...photos.photos[row]!, identity: undefined })),
    contentHashes: rows.map((row) => photos.contentHashes[row]!),
    skipped: [],
  }
}
