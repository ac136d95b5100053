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
}

/** Of RootSIFT. */
export const siftRule = { ratio: 0.9, sureWeight: 0.05, oriented: true } as const satisfies MatchRule
