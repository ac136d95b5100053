import type { PhotoEmbeddings } from '../embedder/index.ts'
import { type FlankRule, otherFlank } from './flanks.ts'
import { type ExcludeSame, exclusion, sameSighting } from './protocol.ts'
import { knownPhotos } from './rows.ts'

/** Ends the name of a protocol in which photos of one encounter do not meet. */
export const otherEncounters = 'of other encounters'

/** Queries, the gallery that they meet, and which pairs do not. */
export interface Meeting {
  readonly queries: PhotoEmbeddings
  /** The same object as `queries` where photos are each other's gallery. */
  readonly gallery: PhotoEmbeddings
  readonly leaveOut: (query: number, photo: number) => boolean
  /** In words. */
  readonly protocol: string
}

/** Who does not meet. */
export interface MeetingOptions {
  readonly excludeSame?: ExcludeSame | undefined
  readonly flanks?: FlankRule | undefined
}

/**
 * Photos of known individuals as `evaluate` lets them meet, each other or a gallery's: never the very same file, and not photos of their own
 * sighting unless `excludeSame` is `nothing`. They meet as `identify` does in one thing: not the other flank, unless `flanks` is `any`.
 */
export function meetingOf(
  photos: PhotoEmbeddings,
  gallery: PhotoEmbeddings | undefined,
  { excludeSame, flanks }: MeetingOptions = {},
): Meeting {
  const queries = knownPhotos(photos)
  const known = gallery === undefined ? queries : knownPhotos(gallery)
  const excluded = exclusion(queries.photos, excludeSame)
  const sighting = sameSighting(queries.photos, known.photos, excluded)
  const isSelf = (query: number, photo: number) =>
    known === queries ? query === photo : queries.contentHashes[query] === known.contentHashes[photo]
  const isOther = otherFlank(queries.photos, known.photos, flanks)
  const others = gallery === undefined ? 'each photo against all others' : 'queries against a gallery'
  return {
    queries,
    gallery: known,
    leaveOut: (query, photo) => isSelf(query, photo) || sighting(query, photo) || isOther(query, photo),
    protocol: excluded === undefined ? others : `${others}, ${otherEncounters}`,
  }
}
