import { oneLine } from '../base/index.ts'
import { checkProblems, describePhoto, type Manifest, type Photo, type Problem, type TableReading } from './manifest.ts'
import { allMissing } from './missing-files.ts'

/** What becomes of photos that cannot be used. */
export interface UnusablePolicy {
  /** They are left out; otherwise they are an error, which lists them all. */
  readonly skipUnreadable: boolean
  /** No photo left is no error. */
  readonly mayBeEmpty: boolean
}

/** A photo that was left out, and why: an error's words, which begin with the file's path where it cannot be read. */
export interface Skipped {
  readonly photo: Photo
  readonly reason: string
  /** What to do about it. */
  readonly hint?: string | undefined
}

/** Why a photo was left out, to stand beside its name: without its path before. */
export function whySkipped({ photo, reason }: Skipped): string {
  const path = `${oneLine(photo.path)}: `
  return reason.startsWith(path) ? reason.slice(path.length) : reason
}

/** @throws InputError for photos that cannot be used, unless they may be left out and some are left. */
export function checkUsable(
  { name, photos, problems, reading }: ReturnType<typeof listOf>,
  unusable: readonly Skipped[],
  { skipUnreadable, mayBeEmpty }: UnusablePolicy,
): void {
  const missing = unusable.length === photos.length ? allMissing(name, photos, reading) : undefined
  if (missing !== undefined) checkProblems(name, [missing, ...problems])
  checkProblems(name, skipUnreadable ? problems : [...problems, ...unusable.map(unreadableProblem)])
  if (unusable.length < photos.length || mayBeEmpty) return
  const reasons = unusable.map(
    ({ photo, reason, hint }): Problem => ({ where: describePhoto(photo), what: reason, hint }),
  )
  checkProblems(name, [...reasons, { where: name, what: 'no photo is left' }])
}

/** The photos of a manifest or of a list, with the problems that are known, and what errors call the whole. */
export function listOf(source: Manifest | readonly Photo[]): {
  readonly name: string
  readonly photos: readonly Photo[]
  readonly problems: readonly Problem[]
  readonly reading?: TableReading | undefined
} {
  if (!('photos' in source)) return { name: 'photos', photos: source, problems: [] }
  return { name: source.source, photos: source.photos, problems: source.problems, reading: source.reading }
}

/** Where photos must not be left out: the problem that one is, with what it needs, and with the way on without it. */
function unreadableProblem(skipped: Skipped): Problem {
  const { photo, reason, hint } = skipped
  const wayOn = 'photos that cannot be read are left out with `skipUnreadable`'
  const where = describePhoto(photo)
  const what = photo.row === undefined ? whySkipped(skipped) : reason // a row does not tell from which folder its name starts
  return { where, what, hint: hint === undefined ? wayOn : [wayOn, hint] }
}
