import type { GallerySource, PhotoEmbeddings } from '../embedder/index.ts'
import type { CalibrationRecord } from '../identify/index.ts'
import type { MatchFlags, MatchRunFlags } from './match-options.ts'
import { foundByOlder, olderWords } from './older-features.ts'
import { bytesOf } from './options.ts'
import { tell, warn } from './say.ts'

/** Of the photos on either side, those whose animal has an outline: from this share on places are matched unasked. */
const outlinedShare = 0.9

/** Pairs of photos that are compared unasked: some ten minutes of a processor. */
const mostPairs = 500_000

/** A place says whom it shows against the places of others: among few individuals places that agree by chance weigh as much as others. */
const fewestIndividuals = 10

/** What is known where nobody said how to match. */
export interface Unasked {
  readonly queries: PhotoEmbeddings
  readonly gallery: PhotoEmbeddings
  readonly source: GallerySource
  /** Of the model's similarities. */
  readonly calibration: CalibrationRecord | undefined
  /** That calibration seems to be of other animals. */
  readonly isOfOthers?: boolean | undefined
  /** False where something follows the cosines that was never measured together with places. */
  readonly isPlain: boolean
}

/**
 * How coats are matched where nobody says it, which is told. A calibration decides where there is one: its probabilities are of one kind of score. What one of
 * other animals found of places proves nothing of these: it decides only where it looked at none, since there are no probabilities of places then. Else
 * places join the embedding where the outlines of the animals are known on both sides: so they found the right animal far more often
 * (docs/local-matching.md), and on whole photos they did not; and where there are individuals enough to weigh them against.
 */
export async function unaskedMatch(
  flags: MatchRunFlags,
  { queries, gallery, source, calibration, isOfOthers = false, isPlain }: Unasked,
): Promise<MatchFlags['match']> {
  if (!isPlain) return 'none'
  if (calibration !== undefined && !(isOfOthers && calibration.local !== undefined)) {
    const better = betterMatch(calibration)
    if (better === undefined) {
      if (areOutlined(queries) && areOutlined(gallery))
        tell(`note: places of the coat are not looked at, since ${whyNot(calibration)}; --match fused looks at them`)
      return 'none'
    }
    tell(`note: --match ${better}, which \`rosette calibrate\` found to be better; --match none leaves it out`)
    return better
  }
  if (!areOutlined(queries) || !areOutlined(gallery) || !(await hasFeatures(flags, source))) return 'none'
  if (new Set(gallery.photos.map(({ identity }) => identity)).size < fewestIndividuals) return 'none'
  if (queries.photos.length * gallery.photos.length > mostPairs) {
    tell(
      'note: --match fused would look at places of the coat too; for so many photos it takes long, so say it yourself',
    )
    return 'none'
  }
  tell(
    'note: --match fused, since the outlines of the animals are known (docs/local-matching.md); --match none leaves it out',
  )
  return 'fused'
}

/** What a calibration proved to be better than similarities alone: of both the one with the larger identity-balanced mAP. */
export function betterMatch({ local, fused }: CalibrationRecord): 'local' | 'fused' | undefined {
  const mapOf = (scores: typeof local) => scores?.measured?.identityBalancedMap ?? 0
  if (fused?.better === true && (local?.better !== true || mapOf(fused) >= mapOf(local))) return 'fused'
  return local?.better === true ? 'local' : undefined
}

function whyNot({ local, fused }: CalibrationRecord): string {
  if (local === undefined && fused === undefined) return 'the calibration is of similarities alone'
  const tooFew = fused?.tooFew ?? local?.tooFew
  return tooFew === undefined
    ? '`rosette calibrate` did not find them to be better than similarities alone'
    : `\`rosette calibrate\` could not tell whether they are better (${tooFew})`
}

function areOutlined({ photos }: PhotoEmbeddings): boolean {
  return photos.filter(({ mask }) => mask !== undefined).length >= outlinedShare * photos.length
}

/** A gallery on disk may be without its photos: then it must have features of its own. */
async function hasFeatures(
  { matcher, matcherConfig, threads, memoryLimit }: MatchRunFlags,
  { kind, source }: GallerySource,
): Promise<boolean> {
  if (kind === 'photos') return true
  const { jointName, openExtractors, releaseExtractors } = await import('../local/index.ts')
  const { galleryLocals } = await import('../embedder/index.ts')
  const extractors = await openExtractors(matcher, { matcherConfig, threads, memoryLimitBytes: bytesOf(memoryLimit) })
  const locals = galleryLocals(source)
  const kept = new Set(locals.map(({ fingerprint }) => fingerprint))
  await releaseExtractors(extractors)
  const older = foundByOlder(locals, extractors)
  if (older.length > 0)
    warn(
      `${source} ${olderWords(jointName(older))}: places of the coat are not looked at until \`rosette gallery --local\` makes it again`,
    )
  return extractors.every(({ fingerprint }) => kept.has(fingerprint))
}
