import { check } from '../base/index.ts'
import { type Manifest, type OpenOptions, openDataset, withoutProposed } from '../data/index.ts'
import type { PhotoEmbeddings } from './embed.ts'
import { type CachedEmbedOptions, embedCached } from './embed-cached.ts'
import type { Embedder } from './embedder.ts'
import { galleryModel, isGallery, readGallery } from './gallery.ts'

/** Where known individuals come from: a gallery on disk, or photos that are embedded, unless the cache knows them. */
export type GallerySource =
  | { readonly kind: 'stored'; readonly source: string; readonly images: string | undefined }
  | { readonly kind: 'photos'; readonly source: string; readonly manifest: Manifest }

/**
 * What `path` is, before a model is opened: a folder that `writeGallery` made, or a dataset of photos as `openDataset` reads it.
 * @throws InputError as `openDataset` does, and for columns given with a gallery that has them settled.
 */
export function findGallery(path: string, options: OpenOptions): GallerySource {
  if (!isGallery(path)) return { kind: 'photos', source: path, manifest: withoutProposed(openDataset(path, options)) }
  check(
    options.columns === undefined,
    `${path}: is a gallery and has no columns to name`,
    'columns were settled when it was made',
  )
  return { kind: 'stored', source: path, images: options.images }
}

/** A gallery's embeddings by this model. @throws InputError where another model made them, and as `embedCached` does. */
export async function loadGallery(
  embedder: Embedder,
  source: GallerySource,
  options: CachedEmbedOptions,
): Promise<PhotoEmbeddings> {
  if (source.kind === 'photos') return embedCached(embedder, source.manifest, options)
  const gallery = readGallery(source.source, { model: await galleryModel(embedder), images: source.images })
  return { ...gallery, embeddings: { ...gallery.embeddings, fusion: embedder.fusion } }
}
