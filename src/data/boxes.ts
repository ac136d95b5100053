import { existsSync } from 'node:fs'
import { check, counted, InputError, largest } from '../base/index.ts'
import { type Box, type Orientation, type PhotoSize, photoSize, uprightBox } from '../images/index.ts'
import { type BoxFormat, boxFormats, type Numbers } from './box-format.ts'
import { shortList } from './manifest.ts'
import { sameProportions, sameSides, scaledToPhotos } from './stated-size.ts'

/** A box as it was written, of a photo. */
export interface GivenBox {
  readonly path: string
  /** What messages call the photo. */
  readonly where: string
  readonly numbers: Numbers
  /** The photo's size as the same source states it. */
  readonly stated?: Pick<PhotoSize, 'width' | 'height'> | undefined
}

/** What the numbers of boxes count, for people. */
const boxUnits = { pixels: 'pixels', fractions: 'fractions', percent: 'per cent of the photo' } as const

type BoxUnit = keyof typeof boxUnits

/** Boxes need the sizes of their photos, which takes long where there are many. */
export interface SizeProgress {
  /** Called for each box whose photo's size is known now. */
  readonly onSize?: ((done: number, total: number) => void) | undefined
}

/** Where boxes come from, and what is known of them. */
export interface BoxSource extends SizeProgress {
  /** The file, for messages. */
  readonly where: string
  /** Its columns or keys, for messages. */
  readonly called: string
  /** What the numbers may be; the first is what their names say. */
  readonly formats: readonly BoxFormat[]
  /** Where it is known; else fractions are recognised. */
  readonly unit?: BoxUnit | undefined
}

/** Boxes in pixels of the upright photos, in the order given. */
export interface PlacedBoxes {
  /** A text says what is wrong with a box; undefined for a photo that is not there. */
  readonly boxes: readonly (Box | undefined | string)[]
  /** For each box how it was turned to be upright; 1 is not at all. */
  readonly turns: readonly Orientation[]
  /** What was recognised, a line each. */
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
}

/** A box with what is known of its photo. */
interface Measured extends GivenBox {
  readonly size: PhotoSize | undefined
}

/**
 * What the numbers of all boxes of a source are: format (width and height, corners, or a center), unit, and whether they were drawn
 * before EXIF's orientation was applied. Names decide unless most boxes then leave their photos and one other format keeps all inside.
 * @throws InputError where most boxes leave their photos whatever they are, or more formats than one are as likely.
 */
export function placeBoxes(given: readonly GivenBox[], source: BoxSource): PlacedBoxes {
  if (given.length === 0) return { boxes: [], turns: [], notes: [], warnings: [] }
  const sizes = new Map<string, PhotoSize | undefined>()
  given.forEach(({ path }, i) => {
    if (!sizes.has(path)) sizes.set(path, photoSize(path))
    source.onSize?.(i + 1, given.length)
  })
  const measured = given.map((box): Measured => ({ ...box, size: sizes.get(box.path) }))
  const unit = source.unit ?? unitOf(measured, source.formats[0]!)
  const { boxes: all, notes: scaling } = unit === 'pixels' ? scaledToPhotos(measured) : { boxes: measured, notes: [] }
  const format = formatOf(all, source, unit)
  const stored = drawnAsStored(all, format, unit)
  const boxes = all.map((box) => placed(box, format, unit, stored))
  const turns = all.map(({ size }) => (stored ? (size?.orientation ?? 1) : 1))
  const words = `${source.called} read as ${boxFormats[format].words} in ${boxUnits[unit]}`
  const notes = [
    `${counted(all.length, 'box', 'boxes')}: ${words}${format === source.formats[0] ? '' : whyOther(all, source, unit)}`,
    ...scaling,
  ]
  if (stored) {
    const turned = turns.filter((orientation) => orientation > 1).length
    notes.push(
      `${counted(turned, 'box: drawn', 'boxes: drawn')} before EXIF's orientation turned the photo, and ${turned === 1 ? 'is' : 'are'} turned with it`,
    )
  }
  return { boxes, turns, notes, warnings: leaving(all, boxes, source, words) }
}

function unitOf(all: readonly Measured[], format: BoxFormat): BoxUnit {
  if (areFractions(all)) return 'fractions'
  return arePercent(all, format) ? 'percent' : 'pixels'
}

/** Each number from 0 to 1, a rounding past the edge allowed. Fractions of photos of which none is there say nothing. */
function areFractions(all: readonly Measured[]): boolean {
  const within = all.every(({ numbers }) => numbers.every((value) => value >= -0.1 && value <= 1.1))
  return within && all.some(({ size }) => size !== undefined)
}

/** So many boxes, of photos with sides of so many pixels, do not all lie in the corner of 100 × 100 pixels, and fill half of it, by chance. */
const percentEvidence = { boxes: 4, sidePx: 300 }

/** As what their names say, no box reaches beyond 100, on photos that are much larger. */
function arePercent(all: readonly Measured[], format: BoxFormat): boolean {
  const isLarge = ({ size }: Measured) =>
    size === undefined || Math.min(size.width, size.height) >= percentEvidence.sidePx
  const known = all.filter(({ size }) => size !== undefined).length
  if (known < percentEvidence.boxes || !all.every(isLarge)) return false
  const within = (ends: readonly number[]) => {
    const most = largest(ends)
    return most > 50 && most <= 100.5
  }
  const boxes = all.map(({ numbers }) => boxFormats[format].box(numbers))
  if (boxes.some(({ x, y, width, height }) => x < -0.5 || y < -0.5 || !(width > 0) || !(height > 0))) return false
  return within(boxes.map(({ x, width }) => x + width)) && within(boxes.map(({ y, height }) => y + height))
}

/** From this part of the boxes on, a misfit is evidence and no oversight. */
const doubtfulPart = 0.1

function formatOf(all: readonly Measured[], { formats, called, where }: BoxSource, unit: BoxUnit): BoxFormat {
  const [named, ...others] = formats
  const misfits = misfitsOf(all, named!, unit)
  if (misfits < doubtfulPart * all.length || misfits === 0) return named!
  // who writes centers writes them as fractions
  const possible = others.filter((format) => unit !== 'pixels' || format !== 'cxcywh')
  const fitting = possible.filter((format) => misfitsOf(all, format, unit) === 0)
  if (fitting.length === 0) return named!
  const [only] = fitting
  if (fitting.length === 1 && misfits > all.length / 2) return only!
  const words = fitting.map((format) => `none as ${boxFormats[format].words}`)
  throw new InputError(
    `${where}: ${called}: ${misfits} of ${counted(all.length, 'box', 'boxes')} leave their photo as ${boxFormats[named!].words}, ${words.join(', ')}`,
    `say which it is: \`boxFormat\` ${[named!, ...fitting].join(' or ')}`,
  )
}

function misfitsOf(all: readonly Measured[], format: BoxFormat, unit: BoxUnit): number {
  const fits = ({ size = unit === 'pixels' ? undefined : nominal, ...given }: Measured, stored: boolean) => {
    const box = { ...given, size }
    const frame = frameOf(box.size, stored)
    const found = inFrame(box, format, unit, stored)
    return found.width > 0 && found.height > 0 && (frame === undefined || overshoot(found, frame) === 0)
  }
  return all.filter((box) => !fits(box, false) && !fits(box, true)).length
}

/** In place of a size that is not known, where boxes are parts of it. */
const nominal: PhotoSize = { width: 1000, height: 1000, orientation: 1 }

/** The photo as it is stored, or upright. */
function frameOf(size: PhotoSize | undefined, stored: boolean): Pick<PhotoSize, 'width' | 'height'> | undefined {
  return size !== undefined && stored && size.orientation >= 5 ? { width: size.height, height: size.width } : size
}

/** In pixels where the unit or the photo's size tells them. */
function inFrame({ numbers, size }: Measured, format: BoxFormat, unit: BoxUnit, stored: boolean): Box {
  const box = boxFormats[format].box(numbers)
  const frame = frameOf(size, stored)
  if (unit === 'pixels' || frame === undefined) return box
  const [width, height] = unit === 'percent' ? [frame.width / 100, frame.height / 100] : [frame.width, frame.height]
  const exact = (value: number) => Math.round(value * 1000) / 1000 // 0.07 × 100 touches no eighth pixel
  return {
    x: exact(box.x * width),
    y: exact(box.y * height),
    width: exact(box.width * width),
    height: exact(box.height * height),
  }
}

/** By how many pixels a box passes the edge, where that is more than a rounding or a detector's guess: 4 % of a side, 2 to 16 pixels. */
function overshoot(box: Box, { width, height }: Pick<PhotoSize, 'width' | 'height'>): number {
  const past = (from: number, to: number, side: number) => {
    const most = Math.max(-from, to - side)
    return most > Math.max(2, Math.min(0.04 * side, 16)) ? most : 0
  }
  return Math.max(past(box.x, box.x + box.width, width), past(box.y, box.y + box.height, height))
}

/**
 * True where boxes were drawn on photos that were not turned by their EXIF orientation: the sizes that their source states say so, or
 * some pass the edge of the upright photo and none that of the stored one.
 */
function drawnAsStored(all: readonly Measured[], format: BoxFormat, unit: BoxUnit): boolean {
  const turned = all.filter(({ size }) => size !== undefined && size.orientation >= 5 && size.width !== size.height)
  const statedAs = (stored: boolean, same: typeof sameProportions) =>
    turned.some(({ size, stated }) => stated !== undefined && same(stated, frameOf(size, stored)!))
  for (const same of [sameSides, sameProportions])
    if (statedAs(false, same) || statedAs(true, same)) return !statedAs(false, same)
  if (unit !== 'pixels') return false
  const leave = (stored: boolean) =>
    turned.some((box) => overshoot(inFrame(box, format, unit, stored), frameOf(box.size, stored)!) > 0)
  return leave(false) && !leave(true)
}

function placed(given: Measured, format: BoxFormat, unit: BoxUnit, stored: boolean): Box | undefined | string {
  const { numbers, size, path } = given
  const got = `got '${numbers.join(' ')}'`
  const isZero = numbers.every((value) => value === 0)
  const box = inFrame(given, format, unit, stored)
  if (!(box.width > 0 && box.height > 0))
    return format === 'xyxy'
      ? `expected corners with x2 above x1 and y2 above y1, ${got}`
      : `expected a box with a width and a height above 0, ${got}${isZero ? ': leave it empty where there is no box' : ''}`
  // a crop of one pixel is nobody's box
  if (unit === 'pixels' && numbers.every((value) => value >= 0 && value <= 1))
    return `expected a box in pixels, ${got}: fractions? multiply them by the photo's width and height`
  if (size === undefined && unit !== 'pixels')
    return existsSync(path)
      ? `a box in ${boxUnits[unit]} needs the photo's size, which cannot be read, ${got}`
      : undefined
  return stored && size !== undefined ? uprightBox(box, size) : box
}

/** What is said for another format than the names': how many boxes would leave their photos. */
function whyOther(all: readonly Measured[], { formats }: BoxSource, unit: BoxUnit): string {
  const [named] = formats
  return `; as ${boxFormats[named!].words} ${misfitsOf(all, named!, unit)} of ${all.length} would leave their photo`
}

/** @throws InputError where more than half of the boxes leave their photo. */
function leaving(
  all: readonly Measured[],
  boxes: readonly (Box | undefined | string)[],
  { where, called, unit }: BoxSource,
  words: string,
): string[] {
  const past = all.flatMap(({ size, where: name }, i) => {
    const box = boxes[i]
    if (size === undefined || box === undefined || typeof box === 'string') return []
    return [{ name, pixels: overshoot(box, size) }]
  })
  const out = past.filter(({ pixels }) => pixels > 0)
  if (out.length === 0) return []
  const most = Math.round(largest(out.map(({ pixels }) => pixels)))
  const told = `${out.length} of ${counted(past.length, 'box', 'boxes')} leave their photo, by up to ${counted(most, 'pixel')}`
  // four columns may be a place and the photo's size
  const none =
    called.includes(', ') && !/box/i.test(called) ? '; if they are no box, `columns: {"x":"-"}` takes none' : ''
  check(
    out.length <= past.length / 2,
    `${where}: ${told} (${words}): ${shortList(
      out.map(({ name }) => name),
      3,
    )}`,
    unit === undefined
      ? `are ${called} corners, fractions, of photos of another size, or of photos that were not turned upright? \`boxFormat\` says the format${none}`
      : `in such a file boxes are x, y, width, height in ${boxUnits[unit]}: were they changed, or is the file of other photos?`,
  )
  return [
    `${told}, and are cut to it (${words}): ${shortList(
      out.map(({ name }) => name),
      3,
    )}; ` + 'corners in place of width and height? a photo that was not turned upright?',
  ]
}
