import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Budget, InputError, inOrder, oneLine, sha256Of } from '../base/index.ts'
import {
  decodedBytes,
  decodeImage,
  decodingBudgetBytes,
  type ImageRGBA,
  readPhotoFile,
  withMask,
  withOutline,
  withoutCaptions,
} from '../images/index.ts'
import { CacheError } from './cache.ts'
import { checkProblems, describePhoto, type Manifest, type Photo, type Problem, type TableReading } from './manifest.ts'
import { allMissing } from './missing-files.ts'

/** What happens with photos that cannot be used, and how many are read ahead. */
export interface ReadOptions {
  /** Photos that cannot be used are left out and told one by one; otherwise they are an error, which lists them all. */
  readonly skipUnreadable?: boolean | undefined
  /** No photo left is no error. */
  readonly mayBeEmpty?: boolean | undefined
  /** Photos read before the caller asks for them; unless given, as many as are read at once. */
  readonly ahead?: number | undefined
  /** Of memory, for the pixels of photos that are decoded at the same time; a quarter of the machine's unless given. */
  readonly budgetBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A photo's file in memory, not yet decoded, and the SHA-256 of its bytes. */
export interface PhotoFile {
  readonly photo: Photo
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes. */
  readonly contentHash: string
}

/** A photo that can be used, and what was made of it. */
export interface ReadPhoto<Made> {
  readonly photo: Photo
  readonly contentHash: string
  readonly made: Made
}

/** A photo that was left out, and why: an error's words, which begin with the file's path where it cannot be read. */
export interface Skipped {
  readonly photo: Photo
  readonly reason: string
  /** What to do about it. */
  readonly hint?: string | undefined
}

/** SHA-256 of a photo's file. @throws InputError where it cannot be read. */
export async function contentHashOf(path: string): Promise<string> {
  return sha256Of(await readPhotoFile(path))
}

/** Why a photo was left out, to stand beside its name: without its path before. */
export function whySkipped({ photo, reason }: Skipped): string {
  const path = `${oneLine(photo.path)}: `
  return reason.startsWith(path) ? reason.slice(path.length) : reason
}

/** The decoder has four threads; one photo more, while this thread resizes. Each is held whole in memory. */
const atOnce = Math.min(5, availableParallelism() + 1)

/**
 * Reads every photo once, in their order, a few at a time, and hands its file to `make`. Gives what that made of each photo, and why
 * where one cannot be used. An InputError of reading or of `make` is the photo's own; everything else stops the reading.
 *
 * However many are read at once, the pixels of those under way stay within `budgetBytes`; one that is larger passes alone.
 *
 * This is what becomes of photos that cannot be used, whatever reads them: all are read, and told together at the end; with
 * `skipUnreadable` they are left out, and it is an error where none is left. Problems of the manifest are told before one is read.
 * @throws InputError as said; the signal's reason when it aborts.
 */
export async function* readPhotos<Made>(
  source: Manifest | readonly Photo[],
  make: (file: PhotoFile) => Promise<Made>,
  options: ReadOptions = {},
): AsyncGenerator<ReadPhoto<Made> | Skipped, void, undefined> {
  const { skipUnreadable = false, mayBeEmpty = false, ahead = atOnce, signal } = options
  const budget = new Budget(options.budgetBytes ?? decodingBudgetBytes())
  const list = listOf(source)
  if (list.problems.length > 0) checkListed(source, { skipUnreadable })
  const unusable: Skipped[] = []
  for await (const found of inOrder(list.photos, (photo) => attempt(photo, make, budget), { atOnce, ahead })) {
    signal?.throwIfAborted()
    if ('reason' in found) unusable.push(found)
    yield found
  }
  checkUsable(list, unusable, { skipUnreadable, mayBeEmpty })
}

/**
 * Before anything that takes long: that the list has no mistakes, and that its files are there as far as reading them would be an error.
 * @throws InputError with both together, in the words of `readPhotos`.
 */
export function checkListed(
  source: Manifest | readonly Photo[],
  { skipUnreadable = false }: Pick<ReadOptions, 'skipUnreadable'> = {},
): void {
  const list = listOf(source)
  if (skipUnreadable) checkProblems(list.name, list.problems)
  const gone = list.photos.filter(({ path }) => !existsSync(path))
  if (gone.length === 0) return checkProblems(list.name, list.problems)
  checkUsable(
    list,
    gone.map((photo) => ({ photo, reason: `${oneLine(photo.path)}: no such file` })),
    { skipUnreadable, mayBeEmpty: false },
  )
}

/** @throws InputError for photos that cannot be used, unless they may be left out and some are left. */
function checkUsable(
  { name, photos, problems, reading }: ReturnType<typeof listOf>,
  unusable: readonly Skipped[],
  { skipUnreadable, mayBeEmpty }: Required<Pick<ReadOptions, 'skipUnreadable' | 'mayBeEmpty'>>,
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

/** A photo's pixels, upright and whole, its mask as their alpha, caption strips marked. @throws InputError naming the file that cannot be used. */
export async function decodePhoto(
  { photo, bytes }: Pick<PhotoFile, 'photo' | 'bytes'>,
  limitPixels?: number,
): Promise<ImageRGBA> {
  const limit = limitPixels === undefined ? {} : { limitPixels }
  const image = withoutCaptions(await decodeImage(bytes, { name: oneLine(photo.path), ...limit }))
  const { mask } = photo
  if (mask === undefined) return image
  if (mask.outline !== undefined) return withOutline(image, mask.outline, mask.path)
  return withMask(image, await decodeImage(await readPhotoFile(mask.path), { name: mask.path, ...limit }), mask.path)
}

async function attempt<Made>(
  photo: Photo,
  make: (file: PhotoFile) => Promise<Made>,
  budget: Budget,
): Promise<ReadPhoto<Made> | Skipped> {
  try {
    const bytes = await readPhotoFile(photo.path, oneLine(photo.path))
    const contentHash = sha256Of(bytes)
    return {
      photo,
      contentHash,
      made: await budget.use(decodedBytes(bytes), () => make({ photo, bytes, contentHash })),
    }
  } catch (error) {
    if (!(error instanceof InputError) || error instanceof CacheError) throw error
    return { photo, reason: error.what.split('\n', 1)[0]!, hint: error.hint }
  }
}

/** Where photos must not be left out: the problem that one is, with what it needs, and with the way on without it. */
function unreadableProblem(skipped: Skipped): Problem {
  const { photo, reason, hint } = skipped
  const wayOn = 'photos that cannot be read are left out with `skipUnreadable`'
  const where = describePhoto(photo)
  const what = photo.row === undefined ? whySkipped(skipped) : reason // a row does not tell from which folder its name starts
  return { where, what, hint: hint === undefined ? wayOn : [wayOn, hint] }
}
