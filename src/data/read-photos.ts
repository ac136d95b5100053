import { availableParallelism } from 'node:os'
import { Budget, check, GeneralError, InputError, inOrder, oneLine, sha256Of } from '../base/index.ts'
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
import type { Manifest, Photo } from './manifest.ts'
import { checkListed } from './photos-there.ts'
import { checkUsable, listOf, type Skipped } from './unusable.ts'

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

/** SHA-256 of a photo's file. @throws InputError where it cannot be read. */
export async function contentHashOf(path: string): Promise<string> {
  return sha256Of(await readPhotoFile(path))
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
  const maskBytes = await readPhotoFile(mask.path)
  // what is made of the photo is kept under the mask's hash
  check(
    sha256Of(maskBytes) === mask.sha256,
    `${mask.path}: is another mask than when the photo was listed`,
    'run it again; a gallery on disk is made anew with its new masks',
  )
  return withMask(image, await decodeImage(maskBytes, { name: mask.path, ...limit }), mask.path)
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
    if (!(error instanceof InputError) || error instanceof GeneralError) throw error
    return { photo, reason: error.what.split('\n', 1)[0]!, hint: error.hint }
  }
}
