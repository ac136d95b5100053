import { check, counted } from '../base/index.ts'
import { describePhoto, type MakeOnceOptions, type Photo, photoKey, type Skipped, whySkipped } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { extractPhotos, type LocalExtractor, type LocalFeatures } from '../local/index.ts'

/** Local features of one extractor that are known already, by `featuresKey` of their photo. */
export type KnownFeatures = ReadonlyMap<string, LocalFeatures>

/** The same of several, by the extractor's fingerprint. */
export type FeaturesByExtractor = ReadonlyMap<string, KnownFeatures>

/** Photos with the SHA-256 of each file's bytes. */
export type HashedPhotos = Pick<PhotoEmbeddings, 'photos' | 'contentHashes'>

/** How photos are read, and what need not be found in them. */
export interface FindFeaturesOptions extends MakeOnceOptions {
  readonly known?: FeaturesByExtractor | undefined
}

/** What a photo's features are known by: its file's bytes, its box and its mask. */
export function featuresKey(photo: Photo, contentHash: string): string {
  return JSON.stringify([contentHash, photo.box ?? null, photo.mask?.sha256 ?? null])
}

/**
 * The features of photos in several lists (as queries and gallery) by several extractors, [extractors][lists][photos]; those that are known are not found
 * anew, and no photo is looked at twice by one extractor. All of it is told as one piece of work. @throws InputError for photos that cannot be read.
 */
export async function findFeatures(
  extractors: readonly LocalExtractor[],
  lists: readonly HashedPhotos[],
  { known, onProgress, ...options }: FindFeaturesOptions = {},
): Promise<readonly (readonly (readonly LocalFeatures[])[])[]> {
  const photos = new Map(
    lists.flatMap((list) => list.photos.map((photo, i) => [featuresKey(photo, list.contentHashes[i]!), photo])),
  )
  const missing = extractors.map(({ fingerprint }) => {
    const own = known?.get(fingerprint)
    return [...photos].flatMap(([key, photo]) => (own?.has(key) === true ? [] : [photo]))
  })
  const tell = toldTogether(
    missing.map((own) => own.length),
    onProgress,
  )
  const found: LocalFeatures[][][] = []
  for (const [m, extractor] of extractors.entries()) {
    const made = await extractPhotos(extractor, missing[m]!, { ...options, skipUnreadable: true, onProgress: tell(m) })
    checkAllFound(extractor, made.skipped)
    const all = new Map(known?.get(extractor.fingerprint))
    made.photos.forEach((photo, i) => all.set(featuresKey(photo, made.contentHashes[i]!), made.features[i]!))
    found.push(
      lists.map((list) =>
        list.photos.map((photo, i) => {
          const features = all.get(featuresKey(photo, list.contentHashes[i]!))
          check(features !== undefined, `${photoKey(photo)}: the file changed while it was read`, 'run it again')
          return features
        }),
      ),
    )
  }
  return found
}

/** A gallery on disk is without its photos: where it has not the features, somebody must say where these lie. */
function checkAllFound({ name }: Pick<LocalExtractor, 'name'>, unread: readonly Skipped[]): void {
  const [first] = unread
  check(
    first === undefined,
    `${counted(unread.length, 'photo')} without features of ${name} cannot be read, the first: ${first && describePhoto(first.photo)}: ${first && whySkipped(first)}`,
    '`galleryImages` names the folder in which the photos of a gallery lie; or name only matchers whose features it has with `matcher`; those that an older rosette found are others: make the gallery again',
  )
}

/** Work in several parts of these sizes, told as one: what is done of part m comes after all of the parts before it. */
export function toldTogether(
  sizes: readonly number[],
  tell: ((done: number, total: number) => void) | undefined,
): (part: number) => (done: number) => void {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return (part) => {
    const before = sizes.slice(0, part).reduce((sum, size) => sum + size, 0)
    return (done) => tell?.(before + done, total)
  }
}
