import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join, posix } from 'node:path'
import { z } from 'zod'
import { check, copyFileAtomic, parseStrictly, readJson, resolveInside, writeFileAtomic } from '../base/index.ts'
import type { Manifest, Photo, Skipped } from '../data/index.ts'
import { type Box, decodeImage } from '../images/index.ts'
import { findAnimals } from './find.ts'
import { type KeptLocated, maskPng } from './located-cache.ts'
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
  readonly skipped: readonly Skipped[]
}

/** Says whose the folder is: it is written first, the boxes last. */
const recordName = 'locate.json'

const recordSchema = z.looseObject({ format: z.literal('rosette-located'), fingerprint: z.string() })

/**
 * That boxes and masks may be written into a folder: it is new, empty but for what the same model and settings began there, or may be
 * overwritten. @throws InputError otherwise: what is in another folder is not ours to replace.
 */
function checkLocatedFolder(out: string, fingerprint: string, overwrite: boolean): void {
  if (!existsSync(out)) return
  const record = join(out, recordName)
  check(existsSync(record), `\`out\`: ${out} exists and is no folder of boxes and masks`, 'choose another name')
  const { fingerprint: before } = parseStrictly(recordSchema, readJson(record), record)
  check(
    overwrite || before === fingerprint,
    `\`out\`: ${out} was written by another model, or with other settings`,
    'choose another name, or add `overwrite`',
  )
}

/**
 * Writes what a locator finds on every photo: OUT/detections.json in MegaDetector's form, and of a segmenter OUT/masks/NAME.png, white the
 * animal. `openDataset` reads both back, as `detections` and `masks`. A run that was killed goes on where it was: results are kept by
 * content, masks are written one by one, and detections.json comes last.
 * @throws InputError listing photos that cannot be read, unless they may be skipped; where two photos would share a mask or the locator has no such class, and as `checkLocatedFolder`.
 */
export async function writeLocated(
  locator: Locator,
  { photos }: Manifest,
  options: WriteLocatedOptions,
): Promise<LocatedFolder> {
  const { out, overwrite = false, animals = locatePhotosDefaults.animals } = options
  checkWhich(animals, locator.classes, locator.name)
  checkLocatedFolder(out, settingsOf(locator, animals), overwrite)
  const masks = join(out, 'masks')
  if (locator.kind === 'segmenter') checkNames(photos)
  mkdirSync(out, { recursive: true })
  const record = { format: 'rosette-located', fingerprint: settingsOf(locator, animals), model: locator.name }
  writeFileAtomic(join(out, recordName), `${JSON.stringify(record, undefined, 2)}\n`)
  const images: object[] = []
  const skipped: Skipped[] = []
  const counts = { photosWithAnimals: 0, animals: 0 }
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
    await writeMask(join(masks, maskName(photo)), found)
    images.push({ file: photo.filename, detections: detectionsOf(found) })
    counts.photosWithAnimals += taken.length > 0 ? 1 : 0
    counts.animals += taken.length
  }
  const detections = join(out, 'detections.json')
  writeFileAtomic(detections, `${JSON.stringify(megaDetectorFile(locator, images), undefined, 1)}\n`)
  const written = locator.kind === 'segmenter' && counts.animals > 0
  return { detections, masks: written ? masks : undefined, photos: images.length, ...counts, skipped }
}

/** What decides the folder's content besides the photos. */
function settingsOf({ fingerprint }: Locator, animals: string): string {
  return `${fingerprint}-${animals}`
}

/** As the photo is named, inside the folder of masks. */
function maskName({ filename }: Photo): string {
  const plain = filename.replaceAll('\\', '/').replace(/\.[^./]+$/, '')
  const inside = posix.normalize(plain).replace(/^([a-z]:)?(\/|\.\.\/)*/i, '')
  return `${inside}.png`
}

function checkNames(photos: readonly Photo[]): void {
  const names = new Map<string, Photo>()
  for (const photo of photos) {
    const name = maskName(photo)
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
  if (files.length === 0) return rmSync(path, { force: true }) // of an earlier model
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
