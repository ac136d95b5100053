import type { JointEvidence } from '../calibration/index.ts'
import { type FusionConfig, type JointMatch, localScore } from '../local/index.ts'

/** What a match of two photos' places says, in numbers, of each matcher; undefined where no places agree, or none were matched. */
export function evidenceOf(match: JointMatch | undefined, config: FusionConfig): JointEvidence | undefined {
  if (match === undefined || match.places.length === 0) return undefined
  return {
    score: localScore(match, config),
    matchers: match.parts.map(({ inliers, share, coverage, scaleSpread, weight }) => ({
      inliers: inliers.length,
      share,
      margin: inliers.length === 0 ? 0 : weight / inliers.length,
      coverage,
      scaleSpread,
    })),
  }
}
