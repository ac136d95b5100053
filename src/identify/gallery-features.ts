import { check, counted } from '../base/index.ts'
import type { MakeOnceOptions } from '../data/index.ts'
import { type GalleryLocal, type PhotoEmbeddings, readGallery, readGalleryLocal } from '../embedder/index.ts'
import {
  decodeFeatures,
  encodeFeatures,
  extractPhotos,
  type LocalExtractor,
  type LocalFeatures,
} from '../local/index.ts'
import { featuresKey, type KnownFeatures } from './local-matching.ts'

/**
 * The local features that a gallery on disk keeps, if this extractor found them; else undefined. @throws InputError where they are damaged, or not as
 * many as its photos.
 */
export function storedFeatures(folder: string, { fingerprint }: LocalExtractor): KnownFeatures | undefined {
  const stored = readGalleryLocal(folder)
  if (stored === undefined || stored.fingerprint !== fingerprint) return undefined
  const { photos, contentHashes } = readGallery(folder)
  const features = decodeFeatures(Uint8Array.from(stored.content), stored.path)
  check(
    features.length === photos.length,
    `${stored.path}: features of ${counted(features.length, 'photo')} for ${photos.length}`,
  )
  return new Map(photos.map((photo, i) => [featuresKey(photo, contentHashes[i]!), features[i]!]))
}

/**
 * The local features of photos, to be kept beside their embeddings: those that are known, and of the other photos what is found in them.
 * @throws InputError for photos that cannot be read.
 */
export async function galleryFeatures(
  extractor: LocalExtractor,
  { photos, contentHashes }: Pick<PhotoEmbeddings, 'photos' | 'contentHashes'>,
  { known = new Map(), ...options }: MakeOnceOptions & { readonly known?: KnownFeatures | undefined } = {},
): Promise<GalleryLocal> {
  const keys = photos.map((photo, i) => featuresKey(photo, contentHashes[i]!))
  const made = await extractPhotos(
    extractor,
    photos.filter((_, i) => !known.has(keys[i]!)),
    options,
  )
  const found = new Map<string, LocalFeatures>(known)
  made.photos.forEach((photo, i) => found.set(featuresKey(photo, made.contentHashes[i]!), made.features[i]!))
  const features = keys.map((key, i) => {
    const own = found.get(key)
    check(own !== undefined, `${photos[i]!.filename}: the file changed while it was read`, 'run it again')
    return own
  })
  const { name, fingerprint, dim } = extractor
  return { name, fingerprint, content: encodeFeatures(features, dim, { matcher: name, fingerprint }) }
}
