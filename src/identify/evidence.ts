import type { LocalEvidence } from '../calibration/index.ts'
import { type FusionConfig, type LocalMatch, localScore } from '../local/index.ts'

/** What a match of two photos' places says, in numbers; undefined where no places agree, or none were matched. */
export function evidenceOf(match: LocalMatch | undefined, config: FusionConfig): LocalEvidence | undefined {
  if (match === undefined || match.inliers.length === 0) return undefined
  const { inliers, share, coverage, scaleSpread, weight } = match
  return {
    score: localScore(match, config),
    inliers: inliers.length,
    share,
    margin: weight / inliers.length,
    coverage,
    scaleSpread,
  }
}
