import { check, counted } from '../base/index.ts'
import type { PairEvidence, PairFusion } from '../calibration/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { fusionOf } from '../local/index.ts'
import { evidenceOf } from './evidence.ts'
import { type FlankRule, otherFlank } from './flanks.ts'
import { type LocalMatching, matchLocally } from './local-matching.ts'

/** What places of the coat say of pairs of photos, and how that becomes a score where no calibration says it. */
export interface PlacesAmong {
  /** Of a photo by its row, as a query, of another. */
  readonly of: (query: number) => (photo: number) => Pick<PairEvidence, 'local' | 'alone'>
  readonly fusion: PairFusion
}

/** More photos are not matched with each other at once: the votes of each for all take 16 n² bytes and more, 0.4 GB. */
const matchedAtMost = 5000

/**
 * Matches each photo with all others, labels not looked at: every photo votes for itself. Photos of two flanks do not meet unless `flanks` is any. The rows
 * are those of `photos`. @throws InputError for more photos than can be held, and as `matchLocally`.
 */
export async function placesAmong(
  matching: LocalMatching,
  photos: PhotoEmbeddings,
  flanks: FlankRule = 'same',
): Promise<PlacesAmong> {
  checkMatchable(photos.photos.length)
  const nobody = { ...photos, photos: photos.photos.map((photo) => ({ ...photo, identity: undefined })) }
  const isOther = otherFlank(nobody.photos, nobody.photos, flanks)
  const leaveOut = (query: number, photo: number) => query === photo || isOther(query, photo)
  const { matches, alone } = await matchLocally(matching, { queries: nobody, gallery: nobody, leaveOut })
  const config = matching.config ?? fusionOf(matching.extractors)
  return {
    of: (query) => {
      const [own, votes] = [matches[query]!, alone(query)]
      return (photo) => ({ local: evidenceOf(own.get(photo), config), alone: votes[photo]! })
    },
    fusion: matching.kind === 'local' ? { kind: 'local' } : { kind: 'additive', weight: config.trust },
  }
}

/** That so many photos can be matched with each other. @throws InputError for more. */
export function checkMatchable(photos: number): void {
  check(
    photos <= matchedAtMost,
    `cluster: expected at most ${counted(matchedAtMost, 'photo')} with \`match\`, got ${photos}: the votes of all pairs would not fit into memory`,
    'cluster the photos of one place or season at a time, or leave out `match`',
  )
}
