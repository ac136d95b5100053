import { identifiedOnly, type Manifest, withoutProposed } from '../data/index.ts'
import type { Selection } from './selection.ts'

/**
 * The photos of known individuals beside those that are scored: what a run was trained on, or a table's other photos, but those of no
 * side. Undefined where there are none.
 */
export function photosBeside(
  manifest: Manifest,
  { manifest: scored }: Pick<Selection, 'manifest'>,
): Manifest | undefined {
  const own = new Set(scored.photos)
  const photos = identifiedOnly(withoutProposed(manifest)).photos.filter(
    (photo) => !own.has(photo) && photo.split !== 'none',
  )
  const source = `the ${photos.length} other photos`
  return photos.length === 0 ? undefined : { ...manifest, source, photos, problems: [] }
}
