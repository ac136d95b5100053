import { existsSync } from 'node:fs'
import { isRunFolder, RunFolder, type ValidationEntry } from '../run/index.ts'

/** Below this share of right first answers a network is no help to anybody. */
const poorRank1 = 0.2

/**
 * Why the answers of a run's network are not to be trusted, in a sentence for people; undefined where nothing that the run recorded speaks
 * against it: it was stopped before its end, made nothing better than it began with, or named few photos rightly when it was measured.
 */
export function distrust(run: string): string | undefined {
  if (!isRunFolder(run)) return undefined
  const folder = new RunFolder(run)
  if (!existsSync(folder.logPath)) return undefined
  const measured = folder.log().entries.filter((entry) => entry.kind === 'validation')
  const start = measured.find(({ epoch }) => epoch === 0)
  const later = measured.filter(({ epoch }) => epoch > 0)
  const best = later.reduce<ValidationEntry | undefined>(
    (a, b) => (a === undefined || b.identityBalancedMap > a.identityBalancedMap ? b : a),
    start,
  )
  const reasons = [
    ...(folder.metrics() === undefined ? ['its training was stopped before its end'] : []),
    ...(start !== undefined && best !== undefined && later.length > 0 && best === start
      ? ['training made it no better than it began']
      : []),
    ...(best !== undefined && best.rank1 < poorRank1
      ? [`of the photos that it set aside it named ${(best.rank1 * 100).toFixed(0)} % rightly`]
      : []),
  ]
  return reasons.length === 0 ? undefined : `${run}: do not trust these answers: ${reasons.join('; ')}`
}
