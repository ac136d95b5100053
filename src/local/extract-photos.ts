import { sha256Of } from '../base/index.ts'
import { type MakeOnceOptions, type Manifest, makeOnce, type Photo, type Skipped } from '../data/index.ts'
import type { LocalExtractor, LocalFeatures, LocalPhoto } from './features.ts'
import { decodeFeatures, encodeFeatures } from './features-file.ts'
import { mirroredPhoto } from './mirrored-photo.ts'

/** Photos with their features, in their order. */
export interface PhotoFeatures {
  /** Those that were skipped left out. */
  readonly photos: readonly Photo[]
  /** SHA-256 of each file's bytes. */
  readonly contentHashes: readonly string[]
  readonly features: readonly LocalFeatures[]
  readonly skipped: readonly Skipped[]
}

/** As for whatever is made of photos once, and which way round they are looked at. */
export interface ExtractOptions extends MakeOnceOptions {
  /** Each photo is mirrored left to right first: keypoints are places of the mirrored photo. */
  readonly mirrored?: boolean | undefined
}

/** The local features of photos; those that the extractor has found before come from the cache (`makeOnce`). @throws as `makeOnce` does. */
export async function extractPhotos(
  extractor: LocalExtractor,
  source: Manifest | readonly Photo[],
  { mirrored = false, ...options }: ExtractOptions = {},
): Promise<PhotoFeatures> {
  const { dim } = extractor
  const fingerprint = mirrored ? sha256Of(`mirrored ${extractor.fingerprint}`) : extractor.fingerprint
  const find = (photo: LocalPhoto) => extractor.extract(mirrored ? mirroredPhoto(photo) : photo)
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
  for await (const found of makeOnce(source, kind, find, options)) {
    if ('reason' in found) skipped.push(found)
    else {
      photos.push(found.photo)
      contentHashes.push(found.contentHash)
      features.push(found.made)
    }
  }
  return { photos, contentHashes, features, skipped }
}
