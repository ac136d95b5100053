import { sha256Of } from '../base/index.ts'
import type { Backend } from '../runtime/index.ts'
import type { LocalExtractor, LocalFeatures } from './features.ts'
import { type LnbnnOptions, lnbnn } from './lnbnn.ts'
import { type ComparedPhoto, type LocalMatch, type LocalMatcher, openMatcher, weighed } from './matcher.ts'
import { packFeatures } from './packed.ts'
import { jointShareDefault, type MatchRule } from './rule.ts'

/** What several matchers found in the photos of a gallery. Letters: M matchers, one at least, P photos. */
export interface JointGallery {
  readonly extractors: readonly Pick<LocalExtractor, 'dim' | 'rule'>[]
  /** [M][P]. */
  readonly features: readonly (readonly LocalFeatures[])[]
}

/** A query held against one photo by every matcher. */
export interface JointMatch {
  /** Σₘ shareₘ · weightₘ: of one matcher alone its own weight. */
  readonly weight: number
  /** [I, 4]: the places that agree, those of one matcher after those of another, as each has them. */
  readonly places: Float32Array
  /** [M]: what each matcher found by itself, from its own keypoints. */
  readonly parts: readonly LocalMatch[]
}

/** Votes of one query for the photos of a gallery, by every matcher. */
export interface JointVotes {
  /** [P]: Σₘ shareₘ · votesₘ. */
  readonly photos: Float64Array
  /** [M][P]. */
  readonly parts: readonly Float64Array[]
}

/** A query's votes among a gallery, and its matches with the photos of a shortlist. */
export interface JointAnswer {
  readonly votes: JointVotes
  readonly matches: ReadonlyMap<number, JointMatch>
}

/** Which photos a query may meet, and which of them are verified. */
export interface JointWay extends LnbnnOptions {
  /** The photos that every matcher verifies, given the votes for all photos. */
  readonly shortlist: (votes: JointVotes) => readonly number[]
}

/** What to match a query with. */
export interface JointOptions extends JointWay {
  /** As in `MatchOptions`. */
  readonly itself?: number | undefined
}

/** A gallery that a query's features of every matcher are held against. */
export interface JointMatcher {
  /** @throws InputError where descriptors of the query are of another length than those of the gallery. */
  answer(query: readonly LocalFeatures[], options: JointOptions): Promise<JointAnswer>
  /** The answers to the same query asked in several ways, for little more than one: with its own individual in the gallery, say, and without it. @throws InputError as `answer`. */
  answers(query: readonly LocalFeatures[], ways: readonly JointWay[], itself?: number): Promise<JointAnswer[]>
  release(): Promise<void>
}

/**
 * shareₘ = jointShareₘ / jointShare₁ · sureWeight₁ / sureWeightₘ: what the weight of places that a matcher found counts beside the first one's. Of one matcher
 * alone it is 1, whatever its rule says.
 */
export function jointShares(extractors: readonly Pick<LocalExtractor, 'rule'>[]): number[] {
  const counted = extractors.map(({ rule }) => shareOf(rule) / rule.sureWeight)
  return counted.map((count) => count / counted[0]!)
}

/** The matchers in the order in which they are joined, whoever named them in which: the largest share first, of equal ones by fingerprint. */
export function inJointOrder<E extends Pick<LocalExtractor, 'rule' | 'fingerprint'>>(extractors: readonly E[]): E[] {
  return [...extractors].sort((a, b) => shareOf(b.rule) - shareOf(a.rule) || (a.fingerprint < b.fingerprint ? -1 : 1))
}

function shareOf({ jointShare = jointShareDefault }: MatchRule): number {
  return jointShare
}

/** SHA-256 of all that decides what these matchers find together: of one alone its own. */
export function jointFingerprint(extractors: readonly Pick<LocalExtractor, 'fingerprint' | 'rule'>[]): string {
  const [first, ...more] = extractors
  if (first !== undefined && more.length === 0) return first.fingerprint
  const fingerprints = extractors.map(({ fingerprint }) => fingerprint)
  return sha256Of(JSON.stringify(['joint', fingerprints, jointShares(extractors)]))
}

/** The names of the matchers, in words. */
export function jointName(extractors: readonly Pick<LocalExtractor, 'name'>[]): string {
  return extractors.map(({ name }) => name).join(' + ')
}

/**
 * Opens what several matchers found in a gallery for queries that the same ones looked at. Each votes, matches and verifies by itself: descriptors and keypoints
 * of two are never compared. What they found is added up. Memory: that of each matcher. The answer does not depend on threads or on
 * the order of queries.
 */
export async function openJointMatcher(
  { extractors, features }: JointGallery,
  backend: Backend,
): Promise<JointMatcher> {
  const shares = jointShares(extractors)
  const matchers: LocalMatcher[] = []
  const release = async () => {
    for (const matcher of matchers) await matcher.release()
  }
  try {
    for (const [m, { dim, rule }] of extractors.entries())
      matchers.push(await openMatcher(packFeatures(features[m]!, dim), backend, rule))
  } catch (error) {
    await release()
    throw error
  }
  const photos = features[0]?.length ?? 0
  const answers: JointMatcher['answers'] = async (query, ways, itself) => {
    const nearest: Float32Array[] = []
    for (const [m, matcher] of matchers.entries()) nearest.push(await matcher.nearest(query[m]!, itself))
    const asked = ways.map(({ shortlist, ...options }) => {
      const voted = nearest.map((cosines) => lnbnn(cosines, photos, options))
      const parts = voted.map((votes) => votes.photos)
      const votes = { photos: addedUp(parts, shares), parts }
      return { voted, votes, chosen: shortlist(votes) }
    })
    const everyone = [...new Set(asked.flatMap(({ chosen }) => chosen))]
    const compared: ReadonlyMap<number, ComparedPhoto>[] = []
    for (const [m, matcher] of matchers.entries()) compared.push(await matcher.compare(query[m]!, everyone))
    return asked.map(({ voted, votes, chosen }) => {
      const matchOf = (photo: number) =>
        joined(
          compared.map((found, m) => weighed(found.get(photo)!, voted[m]!)),
          shares,
        )
      return { votes, matches: new Map(chosen.map((photo) => [photo, matchOf(photo)])) }
    })
  }
  return {
    answers,
    answer: async (query, { itself, ...way }) => {
      const [answer] = await answers(query, [way], itself)
      return answer!
    },
    release,
  }
}

function addedUp(parts: readonly Float64Array[], shares: readonly number[]): Float64Array {
  const [first] = parts
  return Float64Array.from(first ?? [], (_, photo) =>
    parts.reduce((sum, votes, m) => sum + shares[m]! * votes[photo]!, 0),
  )
}

function joined(parts: readonly LocalMatch[], shares: readonly number[]): JointMatch {
  const places = new Float32Array(parts.reduce((total, part) => total + part.places.length, 0))
  let at = 0
  for (const part of parts) {
    places.set(part.places, at)
    at += part.places.length
  }
  return { weight: parts.reduce((sum, { weight }, m) => sum + shares[m]! * weight, 0), places, parts }
}
