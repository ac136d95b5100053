import { check, counted } from '../base/index.ts'
import { type GalleryLocal, galleryLocals, readGallery } from '../embedder/index.ts'
import { decodeFeatures, encodeFeatures, type LocalExtractor } from '../local/index.ts'
import {
  type FeaturesByExtractor,
  type FindFeaturesOptions,
  featuresKey,
  findFeatures,
  type HashedPhotos,
} from './local-features.ts'

/**
 * The local features that a gallery on disk keeps of these extractors, by fingerprint; those that it lacks are left out. @throws InputError where they are
 * damaged, or not as many as its photos.
 */
export function storedFeatures(
  folder: string,
  extractors: readonly Pick<LocalExtractor, 'fingerprint'>[],
): FeaturesByExtractor {
  const asked = new Set(extractors.map(({ fingerprint }) => fingerprint))
  const stored = galleryLocals(folder).filter(({ fingerprint }) => asked.has(fingerprint))
  if (stored.length === 0) return new Map()
  const { photos, contentHashes } = readGallery(folder)
  return new Map(
    stored.map(({ fingerprint, path, read }) => {
      const features = decodeFeatures(Uint8Array.from(read()), path)
      check(
        features.length === photos.length,
        `${path}: features of ${counted(features.length, 'photo')} for ${photos.length}`,
      )
      return [fingerprint, new Map(photos.map((photo, i) => [featuresKey(photo, contentHashes[i]!), features[i]!]))]
    }),
  )
}

/** How photos are read, what need not be found in them, and what joins the metadata of the files. */
export interface GalleryFeaturesOptions extends FindFeaturesOptions {
  readonly about?: Readonly<Record<string, string>> | undefined
}

/**
 * The local features of photos, to be kept beside their embeddings, of each extractor: those that are known, and of the other photos what is found in them.
 * @throws InputError for photos that cannot be read.
 */
export async function galleryFeatures(
  extractors: readonly LocalExtractor[],
  embedded: HashedPhotos,
  { about = {}, ...options }: GalleryFeaturesOptions = {},
): Promise<readonly GalleryLocal[]> {
  const features = await findFeatures(extractors, [embedded], options)
  return extractors.map(({ name, fingerprint, dim }, m) => ({
    ...{ name, fingerprint },
    content: encodeFeatures(features[m]![0]!, dim, { ...about, matcher: name, fingerprint }),
  }))
}
