import { join } from 'node:path'
import type { GallerySource } from '../embedder/index.ts'
import { type LocateRunFlags, withLocated } from './locate-options.ts'
import { warnOfManifest, withoutSingles } from './work.ts'

/** The files that a gallery is read from: no output takes the place of one. */
export function filesOfGallery(source: GallerySource): string[] {
  if (source.kind === 'stored') return [join(source.source, 'gallery.json')]
  const { manifest } = source
  const tables = ['train.csv', 'test.csv'].map((name) => join(manifest.source, name))
  return [manifest.source, ...tables, ...manifest.photos.map(({ path }) => path)]
}

/** Warnings of its photos, but of those that stand alone: one photo is enough to be found by. */
export function tellGallery(source: GallerySource): void {
  if (source.kind === 'stored') return
  const { manifest } = source
  warnOfManifest(withoutSingles(manifest))
}

/** Known individuals with the animals that --locate finds on their photos; of a gallery on disk that was done when it was made. */
export async function locatedGallery(
  locating: LocateRunFlags,
  source: GallerySource,
  signal: AbortSignal,
): Promise<GallerySource> {
  if (source.kind === 'stored') return source
  return { ...source, manifest: await withLocated(locating, source.manifest, signal, 'known ') }
}
