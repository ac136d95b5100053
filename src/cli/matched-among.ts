import { check } from '../base/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import type { MatchedPairs, PairToDecide, PlacesAmong } from '../identify/index.ts'
import type { FollowedCalibration } from './calibrated.ts'
import { betterMatch } from './default-match.ts'
import { type FlankFlags, type MatchFlags, type MatchRunFlags, withMatching } from './match-options.ts'
import { tell } from './say.ts'
import { warnOfWholePhotos } from './whole-photos.ts'

/** What --match is for where photos are compared with each other. */
export const pairsByPlaces =
  'local: compare photos by places of the coat that agree; fused: let them add to the similarity (docs/cluster.md)'

/** What decides on a threshold. */
interface ThresholdFlags extends Pick<MatchFlags, 'match'> {
  readonly calibration?: string
  readonly labelled?: string
  readonly threshold?: number
}

/** @throws InputError where places are matched and nothing says which score means one individual: no calibration does. */
export function checkThresholdByPlaces({ match, calibration, labelled, threshold }: ThresholdFlags): void {
  if (match === 'none') return
  check(
    calibration === undefined,
    `--calibration: its probabilities are of photos that are asked of named individuals, and --match ${match} compares photos of nobody, so that it changes nothing`,
    'leave it out, and let --labelled choose the threshold',
  )
  check(
    labelled !== undefined || threshold !== undefined,
    `--match ${match}: nobody knows which score by places means one individual, and a calibration does not say it`,
    '--labelled names photos of known individuals to choose it on, or --threshold states it',
  )
}

/** Told where a calibration that is followed found another way to compare to be better. */
export function tellBetterMatch({ record, isOfOthers }: FollowedCalibration): void {
  const better = isOfOthers ? undefined : betterMatch(record)
  if (better !== undefined)
    tell(
      `note: \`rosette calibrate\` found --match ${better} to be better; it takes longer, and --labelled chooses its threshold`,
    )
}

/** Photos, and known ones on which the threshold is chosen. */
interface Compared {
  readonly photos: PhotoEmbeddings
  readonly labelled: PhotoEmbeddings | undefined
}

/** How alike photos are by places, as --match asks; undefined where it asks for none. */
export async function matchedAmong(
  flags: MatchRunFlags & FlankFlags,
  { photos, labelled }: Compared,
  signal: AbortSignal,
): Promise<{ readonly photos: PlacesAmong; readonly labelled: PlacesAmong | undefined } | undefined> {
  if (flags.match === 'none') return undefined
  const { areCutOut, checkMatchable, checkNotRanks, placesAmong } = await import('../identify/index.ts')
  checkNotRanks(photos)
  checkMatchable(photos.photos.length) // some may have been skipped
  if (labelled !== undefined) checkMatchable(labelled.photos.length, '--labelled')
  const sides = [photos, ...(labelled === undefined ? [] : [labelled])]
  const whole = await Promise.all(sides.map(async (side) => !(await areCutOut(side.photos))))
  if (whole.includes(true)) warnOfWholePhotos('clusters follow them')
  return withMatching(flags, { signal }, async (matching) =>
    matching === undefined
      ? undefined
      : {
          labelled: labelled && (await placesAmong(matching, labelled, flags.flanks)),
          photos: await placesAmong(matching, photos, flags.flanks),
        },
  )
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
