import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { oneLine, systemTrouble } from '../base/index.ts'
import { type EachPhotoOptions, eachPhoto } from './each-photo.ts'
import { checkProblems, type Manifest, type Photo } from './manifest.ts'
import { checkUsable, listOf, type Skipped } from './unusable.ts'

/** Whether photos that are not there may be left out. */
interface ThereOptions {
  readonly skipUnreadable?: boolean | undefined
}

/**
 * Before anything that takes long: that the list has no mistakes, and that its files are there as far as reading them would be an error.
 * @throws InputError with both together, in the words of `readPhotos`.
 */
export function checkListed(source: Manifest | readonly Photo[], options: ThereOptions = {}): void {
  const { name, photos, problems } = listOf(source)
  if (options.skipUnreadable === true) checkProblems(name, problems)
  checkGone(source, photos.filter(({ path }) => !existsSync(path)).map(notThere), options)
}

/**
 * The same of many photos, and that none of their files is empty: files are looked at a few at once, `onDone` is told of each, and nothing is opened.
 * @throws InputError as `checkListed` does; the signal's reason when it aborts.
 */
export async function checkPhotosThere(
  source: Manifest | readonly Photo[],
  { skipUnreadable, ...watch }: ThereOptions & EachPhotoOptions = {},
): Promise<void> {
  const { name, photos, problems } = listOf(source)
  if (skipUnreadable === true) checkProblems(name, problems)
  const gone: Skipped[] = []
  for await (const photo of eachPhoto(photos, orGone, watch)) if (photo !== undefined) gone.push(photo)
  checkGone(source, gone, { skipUnreadable })
}

/** Undefined of a photo that is there with something in it, and of one of which reading tells more than that. */
async function orGone(photo: Photo): Promise<Skipped | undefined> {
  try {
    const file = await stat(photo.path)
    if (file.isFile() && file.size === 0)
      return { photo, reason: `${oneLine(photo.path)}: the file is empty (0 bytes)` }
    return undefined
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return notThere(photo)
    const trouble = code === 'ENAMETOOLONG' || code === 'ELOOP' ? systemTrouble(error, { isRead: true }) : undefined
    return trouble && { photo, reason: `${oneLine(photo.path)}: cannot be read: ${trouble.what}`, hint: trouble.hint }
  }
}

function notThere(photo: Photo): Skipped {
  return { photo, reason: `${oneLine(photo.path)}: no such file` }
}

function checkGone(
  source: Manifest | readonly Photo[],
  gone: readonly Skipped[],
  { skipUnreadable = false }: ThereOptions,
): void {
  const list = listOf(source)
  if (gone.length === 0) return checkProblems(list.name, list.problems)
  checkUsable(list, gone, { skipUnreadable, mayBeEmpty: false })
}
