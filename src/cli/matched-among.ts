import type { PhotoEmbeddings } from '../embedder/index.ts'
import type { CalibratedScores, MatchedPairs, PairToDecide, PlacesAmong } from '../identify/index.ts'
import { type FollowedCalibration, learntBy } from './calibrated.ts'
import { betterMatch } from './default-match.ts'
import { type FlankFlags, type MatchFlags, type MatchRunFlags, withMatching } from './match-options.ts'
import { tell, warn } from './say.ts'
import { warnOfWholePhotos } from './whole-photos.ts'

/** What --match is for where photos are compared with each other. */
export const pairsByPlaces =
  'local: compare photos by places of the coat that agree; fused: let them add to the similarity (docs/local-matching.md)'

/** What a calibration knows of the scores that are asked for. Told where it found another way to match to be better. */
export function askedScores(
  match: MatchFlags['match'],
  followed: FollowedCalibration | undefined,
): CalibratedScores | undefined {
  if (match !== 'none') return followed && learntBy(followed, match)?.scores
  const better = followed === undefined || followed.isOfOthers ? undefined : betterMatch(followed.record)
  if (better !== undefined)
    tell(`note: \`rosette calibrate\` found --match ${better} to be better here; it takes longer`)
  return followed?.record.embedding
}

/** Photos, and known ones on which the threshold is chosen. */
interface Compared {
  readonly photos: PhotoEmbeddings
  readonly labelled: PhotoEmbeddings | undefined
}

interface Following {
  readonly followed: FollowedCalibration | undefined
  readonly signal: AbortSignal
}

/** The places that agree among photos, as --match asks, and what makes probabilities of the scores: undefined where no calibration is of these. */
export async function matchedAmong(
  flags: MatchRunFlags & FlankFlags,
  { photos, labelled }: Compared,
  { followed, signal }: Following,
): Promise<{
  readonly places: { readonly photos: PlacesAmong; readonly labelled: PlacesAmong | undefined } | undefined
  readonly scores: CalibratedScores | undefined
}> {
  const { match, flanks } = flags
  if (match === 'none') return { places: undefined, scores: followed?.record.embedding }
  const { areCutOut, placesAmong } = await import('../identify/index.ts')
  const learnt = followed && learntBy(followed, match)
  if (followed !== undefined && learnt === undefined)
    warn(`the calibration says nothing of --match ${match}: \`rosette calibrate --match ${match}\` makes one that does`)
  if (!(await areCutOut(photos.photos))) warnOfWholePhotos('clusters follow them')
  return withMatching(flags, { signal, learnt }, async (matching) => {
    const scores = matching?.fusion === undefined ? undefined : learnt?.scores
    if (matching === undefined) return { places: undefined, scores }
    return {
      places: {
        labelled: labelled && (await placesAmong(matching, labelled, flanks)),
        photos: await placesAmong(matching, photos, flanks),
      },
      scores,
    }
  })
}

/** Places that agree in pairs that a page asks about. */
export async function matchedForLines(
  flags: MatchRunFlags,
  { photos, pairs }: { readonly photos: PhotoEmbeddings; readonly pairs: readonly PairToDecide[] },
  signal: AbortSignal,
): Promise<MatchedPairs | undefined> {
  const { matchPairs } = await import('../identify/index.ts')
  return withMatching({ ...flags, match: 'fused' }, { signal }, async (matching) =>
    matching === undefined ? undefined : matchPairs(matching, photos, pairs),
  )
}
