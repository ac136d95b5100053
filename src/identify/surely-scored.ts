import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { hasSplit, identifiedOnly, type Manifest, photoKey, withoutProposed } from '../data/index.ts'
import { readRunData, runNames } from '../run/index.ts'
import { type SplitName, tableSide } from './selection.ts'

/**
 * The photos that `selectPhotos` is sure to choose, or to need for its choice, before a model is opened or a file is looked at: those of a table's
 * split; all, where nothing divides them, but for those that one of `runs` left out of its training. Where a run's own split decides, which the bytes
 * of its photos tell, none are.
 */
export function surelyScored(
  manifest: Manifest,
  { runs, split }: { readonly runs: readonly string[]; readonly split?: SplitName | undefined },
): Manifest {
  const scored = withoutProposed(manifest)
  if (split === 'all') return scored
  const { photos } = identifiedOnly(scored)
  if (hasSplit(photos)) {
    const side = split === undefined || runs.length === 0 ? tableSide(photos, split) : undefined
    return { ...scored, photos: photos.filter((photo) => side !== undefined && photo.split === side) }
  }
  if (split !== undefined) return { ...scored, photos: [] }
  const leftOut = new Set(
    runs.filter((run) => existsSync(join(run, runNames.split))).flatMap((run) => readRunData(run).skipped),
  )
  return { ...scored, photos: scored.photos.filter((photo) => !leftOut.has(photoKey(photo))) }
}
