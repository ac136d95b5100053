import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { check, copyFileAtomic, resolveInside, writeFileAtomic } from '../base/index.ts'
import type { Manifest, Photo, Skipped } from '../data/index.ts'
import { type Box, decodeImage } from '../images/index.ts'
import { findAnimals } from './find.ts'
import { type KeptLocated, maskPng } from './located-cache.ts'
import { inLocatedFolder, locatedNames, maskName } from './located-folder.ts'
import type { Locator } from './locator.ts'
import { askedFor, checkWhich } from './which-animals.ts'
import { type LocatePhotosOptions, locatePhotosDefaults } from './with-located.ts'

/** Where boxes and masks are written. */
export interface WriteLocatedOptions extends LocatePhotosOptions {
  readonly out: string
  readonly skipUnreadable?: boolean | undefined
  /** What another model or setting wrote there may be replaced. */
  readonly overwrite?: boolean | undefined
}

/** What was written of the photos, and how many of them show an animal. */
export interface LocatedFolder {
  /** The file of boxes, in MegaDetector's form. */
  readonly detections: string
  /** The folder of masks; undefined where the model gives none. */
  readonly masks: string | undefined
  readonly photos: number
  readonly photosWithAnimals: number
  readonly animals: number
  /** Animals that were found beside the largest ones, where only these were asked for. */
  readonly smaller: number
  readonly skipped: readonly Skipped[]
}

/**
 * Writes what a locator finds on every photo: OUT/detections.json in MegaDetector's form, and of a segmenter OUT/masks/NAME.png, white the
 * animal. `openDataset` reads both back, as `detections` and `masks`. A run that was killed goes on where it was: results are kept by
 * content, masks are written one by one, and detections.json comes last.
 * @throws InputError listing photos that cannot be read, unless they may be skipped; where two photos would share a mask or the locator has no such class, and as `inLocatedFolder`.
 */
export async function writeLocated(
  locator: Locator,
  { photos }: Manifest,
  options: WriteLocatedOptions,
): Promise<LocatedFolder> {
  const { out, overwrite = false, animals = locatePhotosDefaults.animals } = options
  checkWhich(animals, locator.classes, locator.name)
  if (locator.kind === 'segmenter') checkNames(photos)
  const owner = { model: locator.name, fingerprint: `${locator.fingerprint}-${animals}` }
  const files = photos.map(({ filename }) => filename)
  const written = await inLocatedFolder(out, owner, { overwrite, files }, (folder) =>
    writeInto(folder, locator, photos, options),
  )
  const hasMasks = locator.kind === 'segmenter' && written.animals > 0
  const masks = hasMasks ? join(out, locatedNames.masks) : undefined
  return { detections: join(out, locatedNames.detections), masks, ...written }
}

async function writeInto(
  folder: string,
  locator: Locator,
  photos: readonly Photo[],
  options: WriteLocatedOptions,
): Promise<Omit<LocatedFolder, 'detections' | 'masks'>> {
  const { animals = locatePhotosDefaults.animals } = options
  const images: object[] = []
  const skipped: Skipped[] = []
  const counts = { photosWithAnimals: 0, animals: 0, smaller: 0 }
  for await (const looked of findAnimals(locator, photos, options)) {
    if (!('found' in looked)) {
      skipped.push(looked)
      images.push({ file: looked.photo.filename, failure: looked.reason })
      continue
    }
    const { photo } = looked
    const asked = askedFor(animals, looked.found.animals)
    const taken = animals === 'all' ? asked : asked.slice(0, 1)
    const found = { ...looked.found, animals: taken }
    await writeMask(join(folder, locatedNames.masks, maskName(photo.filename)), found)
    images.push({ file: photo.filename, detections: detectionsOf(found) })
    counts.photosWithAnimals += taken.length > 0 ? 1 : 0
    counts.animals += taken.length
    counts.smaller += asked.length - taken.length
  }
  const text = `${JSON.stringify(megaDetectorFile(locator, images), undefined, 1)}\n`
  writeFileAtomic(join(folder, locatedNames.detections), text)
  return { photos: images.length, ...counts, skipped }
}

function checkNames(photos: readonly Photo[]): void {
  const names = new Map<string, Photo>()
  for (const photo of photos) {
    const name = maskName(photo.filename)
    resolveInside('.', name, photo.filename)
    const other = names.get(name)
    check(
      other === undefined || other.path === photo.path,
      `${photo.filename} and ${other?.filename}: both would have the mask ${name}`,
      'name the photos so that they differ before the ending',
    )
    names.set(name, photo)
  }
}

async function writeMask(path: string, { animals, width, height }: KeptLocated): Promise<void> {
  const files = animals.flatMap(({ mask }) => (mask === undefined ? [] : [mask.path]))
  if (files.length === 0) return rmSync(path, { force: true }) // of the same photo before it changed
  if (files.length === 1) return copyFileAtomic(files[0]!, path)
  const union = new Uint8Array(width * height)
  for (const file of files) {
    const { data } = await decodeImage(file)
    for (let i = 0; i < union.length; i++) if (data[i * 4]! >= 128) union[i] = 255
  }
  writeFileAtomic(path, await maskPng(union, { width, height }))
}

const categories = { animal: '1', person: '2', vehicle: '3' } as const

function detectionsOf({ animals, others, width, height }: KeptLocated): object[] {
  const written = (kind: keyof typeof categories, box: Box, confidence: number) => ({
    category: categories[kind],
    conf: Number(confidence.toFixed(4)),
    bbox: [box.x / width, box.y / height, box.width / width, box.height / height].map((v) => Number(v.toFixed(6))),
  })
  return [
    ...animals.map(({ box, confidence }) => written('animal', box, confidence)),
    ...others.map(({ kind, box, confidence }) => written(kind, box, confidence)),
  ]
}

function megaDetectorFile({ name }: Locator, images: readonly object[]): object {
  const names = Object.entries(categories).map(([word, number]) => [number, word])
  return {
    info: { detector: name, format_version: '1.4' },
    detection_categories: Object.fromEntries(names),
    images,
  }
}
