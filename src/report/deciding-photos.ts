import { Budget, InputError } from '../base/index.ts'
import { eachPhoto, type Photo, photoKey } from '../data/index.ts'
import { decodingBudgetBytes, type Thumbnail, type ThumbnailOptions, thumbnail } from '../images/index.ts'
import type { DecidingPhoto } from './deciding-data.ts'
import { addressOf, type PhotoPicture } from './thumbnails.ts'

/** What all pictures of a page for deciding may take, in bytes of base64. */
export const decidingBytes = 48e6

/** Longer sides that they may have: coats are compared in detail. */
const sides = [1280, 1024, 768, 640, 512, 448, 384, 320, 256, 192, 128]

/** Photos on which a side is tried. */
const sampled = 12

/** How photos are read, and who is told how far it is. */
export interface DecidingPictureOptions {
  readonly limitPixels?: number | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A picture, and the part of the upright photo that it shows, in the photo's pixels. */
export type ShownPicture = PhotoPicture & Pick<Thumbnail, 'shown'>

/** The pictures of photos, in their order; undefined for those that could not be read. */
export type DecidingPictures = readonly (ShownPicture | undefined)[]

/** Photos of a page, each once, and where they stand in its list. */
export class PhotoList {
  readonly photos: Photo[] = []
  readonly #rows = new Map<string, number>()

  has(photo: Photo, part: string): boolean {
    return this.#rows.has(keyOf(photo, part))
  }

  /** The photo's place, new or old; a photo of two parts, as one asked about that is in the gallery too, has two. */
  add(photo: Photo, part: string): number {
    const key = keyOf(photo, part)
    const row = this.#rows.get(key)
    if (row !== undefined) return row
    this.#rows.set(key, this.photos.length)
    this.photos.push(photo)
    return this.photos.length - 1
  }
}

function keyOf(photo: Photo, part: string): string {
  return JSON.stringify([part, photo.path, photoKey(photo)])
}

/** Pictures as large as the page allows: small copies without EXIF, so that they tell neither place nor camera. @throws the signal's reason when it aborts. */
export async function decidingPictures(
  photos: readonly Photo[],
  options: DecidingPictureOptions = {},
): Promise<DecidingPictures> {
  return picturesOf(photos, await fittingSide(photos, options), options)
}

async function picturesOf(
  photos: readonly Photo[],
  longSidePx: number,
  { limitPixels, onProgress, signal }: DecidingPictureOptions,
): Promise<DecidingPictures> {
  const budget = new Budget(decodingBudgetBytes())
  const shrink = (photo: Photo) => pictureOf(photo, longSidePx, { limitPixels, budget })
  const pictures: (ShownPicture | undefined)[] = []
  for await (const picture of eachPhoto(photos, shrink, { signal, onDone: onProgress })) pictures.push(picture)
  return pictures
}

/** The longest side at which a sample says that the pictures of all photos stay within the budget. */
async function fittingSide(photos: readonly Photo[], { limitPixels, signal }: DecidingPictureOptions): Promise<number> {
  const every = Math.ceil(photos.length / sampled)
  const sample = photos.filter((_, i) => i % every === 0)
  for (const side of sides) {
    const made = await picturesOf(sample, side, { limitPixels, signal })
    const bytes = made.reduce((sum, picture) => sum + (picture?.uri.length ?? 0), 0)
    if ((bytes / Math.max(1, made.length)) * photos.length <= decidingBytes) return side
  }
  return sides.at(-1)!
}

/** Undefined where the photo is not there, or is none: galleries keep no photos. */
async function pictureOf(
  { path, box }: Photo,
  longSidePx: number,
  { limitPixels, budget }: Pick<ThumbnailOptions, 'limitPixels' | 'budget'>,
): Promise<ShownPicture | undefined> {
  try {
    const { mediaType, bytes, ...rest } = await thumbnail(path, { longSidePx, quality: 80, box, limitPixels, budget })
    return { width: rest.width, height: rest.height, shown: rest.shown, uri: addressOf(mediaType, bytes) }
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

/** What the page tells of a photo. Encounters that were taken from times and stations say no more than the time, and a station is a place. */
export function toldOf(
  photo: Photo,
  { name, picture, animal }: Pick<DecidingPhoto, 'name' | 'picture' | 'animal'>,
): DecidingPhoto {
  const { identity = '', flank = '', encounter = '', timestamp = '', derived = [] } = photo
  return {
    name,
    identity,
    flank,
    encounter: derived.includes('encounter') ? '' : encounter,
    time: timestamp,
    picture,
    animal,
  }
}

/** Which of the animals of its file a photo of this list shows, from 1, and of how many; as far as the list has them. */
export function animalsByFile(photos: readonly Photo[]): (photo: Photo) => DecidingPhoto['animal'] {
  const byFile = new Map<string, Set<string>>()
  for (const photo of photos) byFile.set(photo.filename, (byFile.get(photo.filename) ?? new Set()).add(photoKey(photo)))
  return (photo) => {
    const keys = [...(byFile.get(photo.filename) ?? [])]
    return keys.length > 1 ? [keys.indexOf(photoKey(photo)) + 1, keys.length] : null
  }
}
