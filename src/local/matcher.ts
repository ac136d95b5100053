import type { Backend } from '../runtime/index.ts'
import { type Correspondences, correspondences } from './correspond.ts'
import type { LocalFeatures } from './features.ts'
import { type LnbnnOptions, lnbnn, type Votes } from './lnbnn.ts'
import type { PackedFeatures } from './packed.ts'
import { openProducts } from './products.ts'
import { type MatchRule, siftRule } from './rule.ts'
import { type Verified, verify, verifyDefaults } from './verify.ts'

/** A query held against one photo: what corresponds, and what of it agrees in geometry. */
export interface ComparedPhoto extends Verified {
  readonly correspondences: Correspondences
  /** [I, 4]: of each inlier x and y in the query, x and y in the photo, in pixels of the upright photos. */
  readonly places: Float32Array
}

/** The same with what it is worth. */
export interface LocalMatch extends ComparedPhoto {
  /**
   * Σ over inliers of 2 (cos − cos(background)), each 0 or more: many places that few other animals have, where they ought to be.
   */
  readonly weight: number
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
  /** [P, Q] as `lnbnn` takes it, which makes votes of it. `itself` as in `MatchOptions`. @throws InputError where its descriptors are of another length. */
  nearest(query: LocalFeatures, itself?: number): Promise<Float32Array>
  /** The query held against each of `photos`; its votes then say what each match is worth (`weighed`). */
  compare(query: LocalFeatures, photos: readonly number[]): Promise<ReadonlyMap<number, ComparedPhoto>>
  /** The votes, and the matches with the photos that these put on the shortlist. @throws InputError as `nearest`. */
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
  const nearest: LocalMatcher['nearest'] = (query, itself) => products.ask(query, itself).nearest()
  const compare: LocalMatcher['compare'] = async (query, photos) => {
    const found = new Map<number, ComparedPhoto>()
    let next = 0
    for await (const compared of products.ask(query).all(photos)) {
      const photo = photos[next++]!
      const pairs = correspondences(compared, ratio)
      const verified = verify(query, gallery.photos[photo]!, pairs, { ...verifyDefaults, oriented })
      found.set(photo, {
        ...verified,
        correspondences: pairs,
        places: placesOf(verified, pairs, [query, gallery.photos[photo]!]),
      })
    }
    return found
  }
  return {
    gallery,
    nearest,
    compare,
    answer: async (query, { shortlist, itself, ...options }) => {
      const votes = lnbnn(await nearest(query, itself), gallery.photos.length, options)
      const found = await compare(query, shortlist(votes))
      return { votes, matches: new Map([...found].map(([photo, one]) => [photo, weighed(one, votes)])) }
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

/** What a photo that a query was held against is worth by that query's votes. */
export function weighed(compared: ComparedPhoto, { background }: Votes): LocalMatch {
  const { query, cosine } = compared.correspondences
  const weight = compared.inliers.reduce((sum, at) => sum + Math.max(0, 2 * (cosine[at]! - background[query[at]!]!)), 0)
  return { ...compared, weight }
}
