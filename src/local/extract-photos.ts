import { type MakeOnceOptions, type Manifest, makeOnce, type Photo, type Skipped } from '../data/index.ts'
import type { LocalExtractor, LocalFeatures } from './features.ts'
import { decodeFeatures, encodeFeatures } from './features-file.ts'

/** Photos with their features, in their order. */
export interface PhotoFeatures {
  /** Those that were skipped left out. */
  readonly photos: readonly Photo[]
  /** SHA-256 of each file's bytes. */
  readonly contentHashes: readonly string[]
  readonly features: readonly LocalFeatures[]
  readonly skipped: readonly Skipped[]
}

/** The local features of photos; those that the extractor has found before come from the cache (`makeOnce`). @throws as `makeOnce` does. */
export async function extractPhotos(
  extractor: LocalExtractor,
  source: Manifest | readonly Photo[],
  options: MakeOnceOptions = {},
): Promise<PhotoFeatures> {
  const { fingerprint, dim } = extractor
  const kind = {
    ...{ folder: 'local', ending: 'safetensors', fingerprint },
    encode: (features: LocalFeatures) => encodeFeatures([features], dim),
    decode: (bytes: Uint8Array, path: string) => {
      const [features] = decodeFeatures(bytes, path)
      return features?.dim === dim ? features : undefined
    },
  }
  const photos: Photo[] = []
  const contentHashes: string[] = []
  const features: LocalFeatures[] = []
  const skipped: Skipped[] = []
  for await (const found of makeOnce(source, kind, (photo) => extractor.extract(photo), options)) {
    if ('reason' in found) skipped.push(found)
    else {
      photos.push(found.photo)
      contentHashes.push(found.contentHash)
      features.push(found.made)
    }
  }
  return { photos, contentHashes, features, skipped }
}
