import type { Adjust } from '../retrieval/index.ts'
import { type LocalMatching, matchLocally } from './local-matching.ts'
import type { ProtocolPlaces, RankedProtocol } from './protocols.ts'

/**
 * Matches places under every protocol but the one whose queries were matched already (`adjust`), if any. Undefined where no places are matched.
 */
export function placesOf(
  local: LocalMatching | undefined,
  adjust: Adjust | undefined,
  protocol: RankedProtocol | undefined,
): ProtocolPlaces | undefined {
  if (local === undefined) return undefined
  return {
    matched: protocol === undefined || adjust === undefined ? undefined : { protocol, adjust },
    match: async (task, pass, passes) => {
      const queries = task.queries.photos.length
      const onLocal: LocalMatching['onLocal'] = (stage, done, total) => {
        if (stage === 'matching') local.onLocal?.('matchingProtocols', pass * queries + done, passes * queries)
        else if (total > 0) local.onLocal?.(stage, done, total) // of other photos than those that were asked about
      }
      const matched = await matchLocally({ ...local, onLocal }, task)
      return matched.adjust
    },
  }
}
