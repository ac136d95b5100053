import { counted } from '../base/index.ts'
import type { Photo } from '../data/index.ts'

/** Beside rows where a photo shows several animals: the box of each, in pixels of the upright photo. */
export const boxHeader = ['x', 'y', 'width', 'height']

/** Whether a photo is there several times: once for each of its animals. */
export function showSeveral(photos: readonly Photo[]): boolean {
  return new Set(photos.map(({ filename }) => filename)).size < photos.length
}

/** The cells under `boxHeader`, to a hundredth of a pixel. */
export function boxCells({ box }: Photo): (number | string)[] {
  if (box === undefined) return boxHeader.map(() => '')
  return [box.x, box.y, box.width, box.height].map((value) => Number(value.toFixed(2)))
}

/** The box on the screen, in whole pixels; empty for a whole photo. */
export function boxWords({ box }: Photo): string {
  if (box === undefined) return ''
  const [x, y, width, height] = [box.x, box.y, box.width, box.height].map(Math.round)
  return `${x}, ${y}, ${width} × ${height}`
}

/** What sentences call a photo among these: by its file, and where this shows several animals by the place of this one. */
export function animalNames(photos: readonly Photo[]): (photo: Photo) => string {
  const [once, again] = [new Set<string>(), new Set<string>()]
  for (const { filename } of photos) (once.has(filename) ? again : once).add(filename)
  return (photo) =>
    again.has(photo.filename) && photo.box !== undefined
      ? `${photo.filename}, animal at ${boxWords(photo)}`
      : photo.filename
}

/** How many photos these are, and how many animals where some show several. */
export function photosAndAnimals(photos: readonly Photo[]): string {
  if (!showSeveral(photos)) return counted(photos.length, 'photo')
  const boxed = photos.filter(({ box }) => box !== undefined)
  const files = new Set(boxed.map(({ filename }) => filename)).size
  const whole = photos.length - boxed.length
  const rest = whole === 0 ? '' : ` and ${counted(whole, 'whole photo')}`
  return `${counted(boxed.length, 'animal')} on ${counted(files, 'photo')}${rest}`
}
