/** How descriptors of one kind are matched, and what their matches are worth. It belongs to the extractor: a ratio or a weight fits its descriptors only. */
export interface MatchRule {
  /** d(nearest) / d(second nearest) up to which a match is clear (Lowe 2004, section 7.1); 1 takes all mutual nearest neighbours. */
  readonly ratio: number
  /** The weight of verified places at which a score is 15/16 (`localScore`). */
  readonly sureWeight: number
  /**
   * True where scale and angle of a keypoint were measured in the photo, so that one correspondence says how the photo is turned and
   * scaled. False where keypoints are upright and as large as the view's pixels: then two correspondences together say it.
   */
  readonly oriented: boolean
  /** What the weight of its places counts beside those that other matchers find, RootSIFT's being 1; a quarter unless given. Alone it changes nothing. */
  readonly jointShare?: number | undefined
}

/**
 * The coat descriptor was given 0.1, 0.25, 0.5 and 1 beside RootSIFT on nyala of two sets of 60 individuals (results/fusion-nyala-512.csv). Of other
 * networks nothing is known.
 */
export const jointShareDefault = 0.25

/** Of RootSIFT. */
export const siftRule = { ratio: 0.9, sureWeight: 0.05, oriented: true, jointShare: 1 } as const satisfies MatchRule
