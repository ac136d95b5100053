import { createHash } from 'node:crypto'
import { check, InputError, inOrder } from '../base/index.ts'
import { datasetHash, identifiedOnly, type Manifest, type Photo, photoKey } from '../data/index.ts'
import { readPhotoFile } from '../images/index.ts'
import { type RunData, readRunData } from '../run/index.ts'

export type SplitName = 'validation' | 'train' | 'all'

/** Which photos are scored, and why, in words. */
export interface Selection {
  readonly split: SplitName
  readonly manifest: Manifest
  readonly reason: string
}

/**
 * The photos to evaluate; those of nobody known may be among them, and take no part in the choice. For a run on the data it was trained on its validation photos, unless `split` says otherwise;
 * everything else is scored whole, also what holds more than that data. "The data it was trained on" is decided by the hash of
 * names, boxes, labels and bytes; a split asked for by name is also found by names and boxes alone.
 * @throws InputError where a split is asked for that is not there.
 */
export async function selectPhotos(
  manifest: Manifest,
  { run, split, signal }: { run: string | undefined; split?: SplitName | undefined; signal?: AbortSignal | undefined },
): Promise<Selection> {
  const { source } = manifest
  const { photos } = identifiedOnly(manifest)
  const all = (reason: string): Selection => ({ split: 'all', manifest, reason })
  if (split === 'all') return all('as asked')
  const wanted = split ?? 'validation'
  if (run === undefined) {
    check(split === undefined, `--split ${split}: the model is no run folder, so its split is not known`, wholeHint)
    return all('the model is no run folder')
  }
  const data = readRunData(run)
  const names = data[wanted]
  const selected = only(photos, names)
  const own = [...data.train, ...data.validation]
  const known = only(photos, own).length
  const namesFit = own.length > 0 && known >= own.length
  if (!namesFit) {
    const learned = only(photos, data.train).length
    const found = known === 0 ? 'none of the photos' : `${known} of the ${own.length} photos`
    check(
      split === undefined,
      `--split ${split}: ${source} has, by their names, ${found} that ${run} was trained and validated on`,
      wholeHint,
    )
    if (known === 0) return all(`other photos than those that ${run} was trained on, by their names`)
    return all(`${run} was TRAINED on ${learned} of these and validated on ${known - learned}, by their names`)
  }
  const besides = photos.length - known - only(photos, data.skipped).length
  if (split === undefined && besides > 0) {
    return all(
      `${besides} photos besides the ${known} that ${run} was trained and validated on; --split validation leaves those out`,
    )
  }
  const same = (await hashOf(only(photos, own), signal)) === data.dataHash
  if (!same && split === undefined) {
    return all(
      `its file names are those that ${run} was trained on, but not all labels or bytes; --split validation goes by the names`,
    )
  }
  if (names.length === 0) {
    check(split === undefined, `--split ${split}: ${run} has no such photos`, wholeHint)
    return all(`${run} was trained on all photos: there are none that it did not see`)
  }
  const reason = same ? `set by ${run}` : `set by ${run}; labels or bytes have changed since`
  return { split: wanted, manifest: { ...manifest, photos: selected }, reason }
}

const wholeHint = '--split all scores every photo'

function only(photos: readonly Photo[], names: readonly string[]): Photo[] {
  const wanted = new Set(names)
  return photos.filter((photo) => wanted.has(photoKey(photo)))
}

/** The dataset's hash; undefined where a photo cannot be read, which embedding will tell. */
async function hashOf(
  photos: readonly Photo[],
  signal: AbortSignal | undefined,
): Promise<RunData['dataHash'] | undefined> {
  const hashes: string[] = []
  try {
    const hash = async ({ path }: Photo) =>
      createHash('sha256')
        .update(await readPhotoFile(path))
        .digest('hex')
    for await (const found of inOrder(photos, hash, { atOnce: 4, ahead: 8 })) {
      signal?.throwIfAborted()
      hashes.push(found)
    }
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
  return datasetHash(photos, hashes)
}
