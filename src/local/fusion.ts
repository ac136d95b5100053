import { check, counted } from '../base/index.ts'
import type { LocalExtractor } from './features.ts'
import type { LocalMatch } from './matcher.ts'

/** How local matches become a score, and how that joins the embedding's. */
export interface FusionConfig {
  /** Photos that are verified for each query: so many by votes, and as many by the embedding's similarity where that takes part. */
  readonly shortlist: number
  /** The weight of verified places at which a score is 15/16. */
  readonly sureWeight: number
  /** w: how much of the way from the embedding's cosine to 1 a certain local match goes. */
  readonly trust: number
}

/**
 * 25 photos a query. `sureWeight` was chosen with masks on nyala of two sets of 60 individuals (results/fusion-nyala-512.csv): all from 0.02 to 0.1 do
 * alike there, and 1 leaves the order to the embedding. In larger galleries the next individual is nearer, and votes are smaller: so a small one.
 */
export const fusionDefaults = { shortlist: 25, sureWeight: 0.05, trust: 1 } as const satisfies FusionConfig

/** Votes for the photos of a gallery, [P], and what the places that agree weigh, by photo: of one matcher, or of several together. */
export interface WeighedAnswer {
  readonly votes: { readonly photos: ArrayLike<number> }
  readonly matches: ReadonlyMap<number, Pick<LocalMatch, 'weight'>>
}

/** The defaults, with the weight that the rule of the extractor states; of several the first one's, in whose terms they weigh. */
export function fusionOf([first]: readonly Pick<LocalExtractor, 'rule'>[]): FusionConfig {
  return { ...fusionDefaults, sureWeight: first?.rule.sureWeight ?? fusionDefaults.sureWeight }
}

/**
 * l = 1 − (1 + weight / sureWeight)⁻⁴: 0 without agreement, near 1 where many rare places agree. It rises fast, for places that agree by chance weigh little,
 * and never becomes 1 in float32 below 70 · sureWeight: of two sure matches the surer one stays first.
 */
export function localScore(
  { weight }: Pick<LocalMatch, 'weight'>,
  { sureWeight }: Pick<FusionConfig, 'sureWeight'>,
): number {
  return 1 - (1 + weight / sureWeight) ** -4
}

/** What votes without verified places are worth at most; any share from 0.02 to 0.3 ranks nyala alike. */
const voteShare = 0.1

/**
 * Local matching alone as a similarity of every photo, [P], 0 to 1: verified places join votes as they join an embedding's cosines
 * (`fusedSimilarities`), with g = votes / (1 + votes) / 10. Photos outside of the shortlist have that alone: places that agree count, votes order the rest.
 */
export function localSimilarities(answer: WeighedAnswer, config: FusionConfig = fusionDefaults): Float32Array {
  const byVotes = Float32Array.from(answer.votes.photos, (votes) => (voteShare * votes) / (1 + votes))
  return fusedSimilarities(byVotes, answer, config)
}

/**
 * s = g + w · l · (1 − g) for the embedding's cosines g [P] and local scores l: never below g, so that a photo without matches keeps its place.
 * @throws InputError where there are not as many cosines as photos.
 */
export function fusedSimilarities(
  cosines: Float32Array,
  { votes, matches }: WeighedAnswer,
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

/** The `most` photos with the largest scores [P], ties by index; what is left out is passed over. */
export function shortlistOf(
  scores: ArrayLike<number>,
  most: number,
  leaveOut: (photo: number) => boolean = () => false,
): number[] {
  return Array.from({ length: scores.length }, (_, photo) => photo)
    .filter((photo) => !leaveOut(photo))
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, most)
}
