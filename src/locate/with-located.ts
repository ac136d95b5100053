import { counted, oneLine } from '../base/index.ts'
import type { Manifest, Photo } from '../data/index.ts'
import { type FindOptions, findAnimals } from './find.ts'
import type { KeptAnimal } from './located-cache.ts'
import type { Locator } from './locator.ts'
import { askedFor, checkWhich, type WhichAnimals } from './which-animals.ts'

/** What is taken of what was found. */
export interface LocatePhotosOptions extends Omit<FindOptions, 'skipUnreadable'> {
  readonly animals?: WhichAnimals | undefined
}

/** A manifest with the animals on its photos, and in a line what was found. */
export interface LocatedManifest extends Manifest {
  readonly note: string
}

/** The largest animal of each photo. */
export const locatePhotosDefaults = { animals: 'largest' } as const satisfies LocatePhotosOptions

/**
 * The manifest with the box, and from a segmenter the mask, of the animals that `locator` finds. Photos that have a box keep it; photos
 * without an animal, or that cannot be read, stay as they are: reading them says why. With `animals: 'all'` each animal of a photo of
 * nobody known is an annotation; of a known individual it is the largest, for the others are somebody else. With the name of a class it is the
 * largest of that class.
 * @throws InputError where the locator has no such class; CacheError where the cache cannot be written; the signal's reason when it aborts.
 */
export async function locatePhotos(
  locator: Locator,
  manifest: Manifest,
  options: LocatePhotosOptions = {},
): Promise<LocatedManifest> {
  const { photos } = manifest
  const animals = options.animals ?? locatePhotosDefaults.animals
  checkWhich(animals, locator.classes, locator.name)
  const without = photos.filter(({ box }) => box === undefined)
  const found = new Map<string, readonly KeptAnimal[]>()
  for await (const looked of findAnimals(locator, without, { ...options, skipUnreadable: true }))
    if ('found' in looked) found.set(looked.photo.path, askedFor(animals, looked.found.animals))
  const located = photos.flatMap((photo): readonly Photo[] => {
    const all = photo.box === undefined ? (found.get(photo.path) ?? []) : []
    if (all.length === 0) return [photo]
    const taken = animals === 'all' && photo.identity === undefined ? all : all.slice(0, 1)
    return taken.map((animal) => annotated(photo, animal))
  })
  return { ...manifest, photos: located, note: noteOf(locator, photos, { found, animals }) }
}

function annotated(photo: Photo, { box, confidence, mask }: KeptAnimal): Photo {
  return {
    ...photo,
    box,
    mask: photo.mask ?? mask,
    extra: { ...photo.extra, detection_confidence: confidence.toFixed(3) },
  }
}

/** Photos without an animal that are named. */
const namedAtMost = 3

function noteOf(
  { name }: Locator,
  photos: readonly Photo[],
  { found, animals }: { readonly found: ReadonlyMap<string, readonly KeptAnimal[]>; readonly animals: WhichAnimals },
): string {
  const boxed = photos.filter(({ box }) => box !== undefined).length
  const looked = photos.filter(({ box, path }) => box === undefined && found.has(path))
  const withAnimals = looked.filter(({ path }) => found.get(path)!.length > 0)
  const without = looked.filter(({ path }) => found.get(path)!.length === 0).map(({ filename }) => oneLine(filename))
  const several = withAnimals.filter(({ path }) => found.get(path)!.length > 1)
  const named = animals === 'all' ? several.filter(({ identity }) => identity !== undefined).length : 0
  const more = without.length > namedAtMost ? ', …' : ''
  const parts = [
    [boxed, 'keeps the box that it has', 'keep the box that they have'],
    [
      without.length,
      `without one stays whole (${without[0]})`,
      `without one stay whole (${without.slice(0, namedAtMost).join(', ')}${more})`,
    ],
    [several.length, 'has several', 'have several'],
    [
      named,
      'of these is named, so its largest animal alone is taken',
      'of these are named, so their largest animals alone are taken',
    ],
  ] as const
  const told = parts.flatMap(([count, one, many]) => (count === 0 ? [] : [counted(count, one, many)]))
  return [`${name}: animals found in ${withAnimals.length} of ${counted(photos.length, 'photo')}`, ...told].join('; ')
}
