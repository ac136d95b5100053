import type { Backend } from '../runtime/index.ts'
import { type Correspondences, correspondences } from './correspond.ts'
import type { LocalFeatures } from './features.ts'
import { type LnbnnOptions, lnbnn, type Votes } from './lnbnn.ts'
import type { PackedFeatures } from './packed.ts'
import { openProducts } from './products.ts'
import { type MatchRule, siftRule } from './rule.ts'
import { type Verified, verify, verifyDefaults } from './verify.ts'

/** A query held against one photo: what corresponds, what of it agrees in geometry, and what that is worth. */
export interface LocalMatch extends Verified {
  readonly correspondences: Correspondences
  /**
   * Σ over inliers of 2 (cos − cos(background)), each 0 or more: many places that few other animals have, where they ought to be.
   */
  readonly weight: number
  /** [I, 4]: of each inlier x and y in the query, x and y in the photo, in pixels of the upright photos. */
  readonly places: Float32Array
}

/** A query's votes among a gallery, and its matches with the photos of a shortlist. */
export interface LocalAnswer {
  readonly votes: Votes
  /** By photo, in the order of the shortlist. */
  readonly matches: ReadonlyMap<number, LocalMatch>
}

/** What to match a query with. */
export interface MatchOptions extends LnbnnOptions {
  /** The photos to verify, given the votes for all photos. */
  readonly shortlist: (votes: Votes) => readonly number[]
  /** The photo of the gallery that the query is, where the gallery's photos are asked for each other, in their order. */
  readonly itself?: number | undefined
}

/** A gallery that local features of queries are held against. */
export interface LocalMatcher {
  readonly gallery: PackedFeatures
  /** What a query votes for. `itself` as in `MatchOptions`. @throws InputError where its descriptors are of another length. */
  votes(query: LocalFeatures, options: LnbnnOptions, itself?: number): Promise<Votes>
  /** The query held against each of `photos`, agreeing places weighed by its own votes. */
  matches(query: LocalFeatures, votes: Votes, photos: readonly number[]): Promise<ReadonlyMap<number, LocalMatch>>
  /** The votes, and the matches with the photos that these put on the shortlist. @throws InputError as `votes`. */
  answer(query: LocalFeatures, options: MatchOptions): Promise<LocalAnswer>
  release(): Promise<void>
}

/**
 * Opens a gallery's features for queries that the same extractor looked at; `rule` is its own. Memory: the packed features, and for a query of Q descriptors 4 · P · Q bytes (32 MB for 10,000
 * photos and 800 descriptors); photos that are asked for each other take 256 MB more at most. The answer does not depend on threads or on the order of queries.
 */
export async function openMatcher(
  gallery: PackedFeatures,
  backend: Backend,
  { ratio, oriented }: MatchRule = siftRule,
): Promise<LocalMatcher> {
  const products = await openProducts(gallery, backend)
  const votes: LocalMatcher['votes'] = async (query, options, itself) =>
    lnbnn(await products.ask(query, itself).nearest(), gallery.photos.length, options)
  const matches: LocalMatcher['matches'] = async (query, voted, photos) => {
    const found = new Map<number, LocalMatch>()
    let next = 0
    for await (const compared of products.ask(query).all(photos)) {
      const photo = photos[next++]!
      const pairs = correspondences(compared, ratio)
      const verified = verify(query, gallery.photos[photo]!, pairs, { ...verifyDefaults, oriented })
      found.set(photo, {
        ...verified,
        correspondences: pairs,
        weight: weigh(verified, pairs, voted),
        places: placesOf(verified, pairs, [query, gallery.photos[photo]!]),
      })
    }
    return found
  }
  return {
    gallery,
    votes,
    matches,
    answer: async (query, { shortlist, itself, ...options }) => {
      const voted = await votes(query, options, itself)
      return { votes: voted, matches: await matches(query, voted, shortlist(voted)) }
    },
    release: products.release,
  }
}

function placesOf(
  { inliers }: Verified,
  { query, photo }: Correspondences,
  [asked, known]: readonly [LocalFeatures, LocalFeatures],
): Float32Array {
  const places = new Float32Array(inliers.length * 4)
  inliers.forEach((at, i) => {
    const [q, p] = [query[at]! * 4, photo[at]! * 4]
    places.set(asked.keypoints.subarray(q, q + 2), i * 4)
    places.set(known.keypoints.subarray(p, p + 2), i * 4 + 2)
  })
  return places
}

function weigh({ inliers }: Verified, { query, cosine }: Correspondences, { background }: Votes): number {
  return inliers.reduce((sum, at) => sum + Math.max(0, 2 * (cosine[at]! - background[query[at]!]!)), 0)
}
