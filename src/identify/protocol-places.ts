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
      const onLocal: LocalMatching['onLocal'] = (stage, done) => {
        if (stage === 'matching') local.onLocal?.('matchingProtocols', pass * queries + done, passes * queries)
      }
      const matched = await matchLocally({ ...local, onLocal, onBare: undefined }, task)
      return matched.adjust
    },
  }
}
