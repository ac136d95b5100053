import { check, counted } from '../base/index.ts'
import type { LocalExtractor } from './features.ts'
import type { LocalAnswer, LocalMatch } from './matcher.ts'

/** How local matches become a score, and how that joins the embedding's. */
export interface FusionConfig {
  /** Photos that are verified for each query. */
  readonly shortlist: number
  /** The weight of verified places at which a score is 1 − 1/e. */
  readonly sureWeight: number
  /** w: how much of the way from the embedding's cosine to 1 a certain local match goes. */
  readonly trust: number
}

/** 25 photos a query. */
export const fusionDefaults = { shortlist: 25, sureWeight: 1, trust: 1 } as const satisfies FusionConfig

/** The defaults, with the weight that the extractor's rule states. */
export function fusionOf({ rule }: Pick<LocalExtractor, 'rule'>): FusionConfig {
  return { ...fusionDefaults, sureWeight: rule.sureWeight }
}

/** 1 − exp(−weight / sureWeight): 0 without agreement, near 1 where many rare places agree. */
export function localScore(
  { weight }: Pick<LocalMatch, 'weight'>,
  { sureWeight }: Pick<FusionConfig, 'sureWeight'>,
): number {
  return 1 - Math.exp(-weight / sureWeight)
}

/** What votes are worth beside verified places. On photos of 97 nyala across sightings a half had mAP 0.068, next to nothing 0.076. */
const voteShare = 0.1

/**
 * Local matching alone as a similarity of every photo, [P], 0 to 1: a tenth by votes, 1 − exp(−votes / sureWeight), and nine tenths `localScore`, of
 * which photos outside of the shortlist have the tenth alone: places that agree count, and votes order the rest.
 */
export function localSimilarities(
  { votes, matches }: LocalAnswer,
  config: FusionConfig = fusionDefaults,
): Float32Array {
  return Float32Array.from(votes.photos, (vote, photo) => {
    const match = matches.get(photo)
    return (
      voteShare * localScore({ weight: vote }, config) +
      (1 - voteShare) * (match === undefined ? 0 : localScore(match, config))
    )
  })
}

/**
 * s = g + w · l · (1 − g) for the embedding's cosines g [P] and local scores l: never below g, so that a photo without matches keeps its place.
 * @throws InputError where there are not as many cosines as photos.
 */
export function fusedSimilarities(
  cosines: Float32Array,
  { votes, matches }: LocalAnswer,
  config: FusionConfig = fusionDefaults,
): Float32Array {
  check(
    cosines.length === votes.photos.length,
    `fusion: ${counted(cosines.length, 'cosine')} for ${counted(votes.photos.length, 'photo')}`,
  )
  return cosines.map((cosine, photo) => {
    const match = matches.get(photo)
    return match === undefined ? cosine : cosine + config.trust * localScore(match, config) * (1 - cosine)
  })
}

/**
 * The photos to verify: by turns the next best of each ranking, until there are `most`. Rankings are scores [P], larger is better, ties by index; what is
 * left out, or below every vote, is passed over.
 */
export function shortlistOf(
  rankings: readonly ArrayLike<number>[],
  most: number,
  leaveOut: (photo: number) => boolean = () => false,
): number[] {
  const orders = rankings.map((scores) => byScore(scores, leaveOut))
  const chosen = new Set<number>()
  for (let place = 0; chosen.size < most && orders.some((order) => place < order.length); place++) {
    for (const order of orders) {
      const photo = order[place]
      if (photo !== undefined && chosen.size < most) chosen.add(photo)
    }
  }
  return [...chosen]
}

function byScore(scores: ArrayLike<number>, leaveOut: (photo: number) => boolean): number[] {
  return Array.from({ length: scores.length }, (_, photo) => photo)
    .filter((photo) => !leaveOut(photo))
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
}
