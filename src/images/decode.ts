import { stat } from 'node:fs/promises'
import type { Metadata, Sharp } from 'sharp'
import { check, fileLimits, InputError, messageOf, optionText } from '../base/index.ts'
import { mendJpeg, withNoise } from './jpeg.ts'
import { readPhotoFile } from './photo-file.ts'
import type { Region } from './resize.ts'
import { signatureOf, strangerOf } from './signature.ts'
import { Turns } from './turns.ts'
import { endsInZeros } from './webp.ts'

/** The decoder, whose library for this system may be missing; where the system lets no more files be open, it is there. */
const { default: sharp } = await import('sharp').catch((error) => {
  throw /^E[MN]FILE$/.test(error.code) ? error : unloaded(error)
})

/** Pixels in memory: RGBA, 8 bits a channel, row-major, `data.length === 4 · width · height`; alpha 255 where the file has none. */
export interface ImageRGBA {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
  /** The part that is a photograph, where a camera printed strips of text beside it (`withoutCaptions`); the whole unless given. */
  readonly photograph?: Region | undefined
  /** Where a camera printed text, as a date, into the picture itself (`withoutCaptions`). */
  readonly printed?: readonly Region[] | undefined
}

/** What is refused when a picture is decoded, and what it is called. */
export interface DecodeOptions {
  /** Pictures with more pixels than this are refused before they are decoded. */
  readonly limitPixels?: number | undefined
  /** What errors call the picture; a path is its own name. */
  readonly name?: string
}

/** A hundred million pixels at most: 400 MB as RGBA. */
export const decodeDefaults = { limitPixels: 100_000_000 } as const

/**
 * Longer than any photo's side: a JPEG's has 65,535 pixels at most. The decoder holds some rows whole: 100,000,000 × 1 pixels, which
 * are 12 kB of PNG, took 4.3 GB, and the same upright a minute.
 */
const limitSidePx = 100_000

/** Usual are ten. Each goes over the whole picture: 882 of them, in 515 kB, took more than two minutes for a hundred million pixels. */
const limitScans = 100

/** AVIF is HEIF with AV1 to the decoder. It would draw SVG too, which no camera writes. */
const formatsRead: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif'])
const formatHint = 'JPEG, PNG, WebP, TIFF, GIF and AVIF can be read'

/** Part of every cache key: changes whenever the same file would decode to other pixels. */
export const decoderVersion = `1/sharp-${sharp.versions.sharp ?? '?'}/vips-${sharp.versions.vips}`

/**
 * A picture file (a path, or its bytes) as sRGB pixels, turned upright by its EXIF orientation; of several pages or frames
 * the first. Colours under transparent pixels are kept as they are stored.
 * @throws InputError naming the file where it is missing, empty, truncated or damaged, no picture, or past `limitPixels`.
 */
export async function decodeImage(source: string | Uint8Array, options: DecodeOptions = {}): Promise<ImageRGBA> {
  const { name = typeof source === 'string' ? source : 'image', limitPixels } = options
  const bytes = typeof source === 'string' ? await readPhotoFile(source, name) : source
  const { data, info } = await usePhoto(bytes, { name, limitPixels }, (image) =>
    image
      .autoOrient()
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  )
  return { width: info.width, height: info.height, data }
}

/**
 * False for a file that decodeImage would refuse for what its header tells: it is missing, empty, no photo, or past `limitPixels`. No
 * pixels are decoded, so damage further inside is not seen.
 */
export async function hasPhotoHeader(path: string, limitPixels: number = decodeDefaults.limitPixels): Promise<boolean> {
  try {
    const found = await stat(path)
    if (!found.isFile() || found.size > fileLimits.photo) return false
    checkHeader(await headerOf(path), path, limitPixels)
    return true
  } catch {
    return false // decodeImage tells why
  }
}

/**
 * What `use` makes of a whole photo. Warnings of the decoder count as errors where they say that pixels are lost; the faults of
 * cameras that cost no pixel are mended first. (`failOn: 'error'` alone would pass a JPEG that was cut off and closed again.)
 * @throws InputError calling the photo `name` where it is no picture, too large, truncated or damaged.
 */
export async function usePhoto<T>(
  bytes: Uint8Array,
  { name = 'image', limitPixels = decodeDefaults.limitPixels }: DecodeOptions,
  use: (image: Sharp) => Promise<T>,
): Promise<T> {
  check(bytes.length > 0, `${name}: the file is empty (0 bytes)`)
  const stranger = strangerOf(bytes)
  check(stranger === undefined, `${name}: ${stranger?.what}`, stranger?.hint)
  const open = (source: Uint8Array, failOn: 'warning' | 'error') =>
    use(sharp(source, { failOn, limitInputPixels: limitPixels }))
  const decode = async () => {
    const header = await headerOf(bytes)
    checkHeader(header, name, limitPixels)
    const { format, width, height } = header
    if (format === 'webp') check(!endsInZeros(bytes, width * height), `${name}: ${damaged('it ends in zeros')}`)
    const jpeg = format === 'jpeg' ? mendJpeg(bytes) : undefined
    if (jpeg === undefined) return await open(bytes, 'warning')
    check(
      jpeg.scans <= limitScans,
      `${name}: a JPEG in ${jpeg.scans} scans, more than ${limitScans}, which no photo has`,
    )
    const whole = jpeg.ended || (jpeg.complete && (await isWhole(jpeg.bytes, limitPixels)))
    check(whole, `${name}: ${damaged('VipsJpeg: premature end of JPEG image')}`)
    return await open(jpeg.bytes, 'warning')
  }
  try {
    return await turns.together(decode)
  } catch (error) {
    if (error instanceof InputError) throw error
  }
  // what the decoder says is its own only where nothing else is decoded
  const said = await turns.alone(() => decode().then(done, failed))
  if ('result' in said) return said.result
  const jpeg = isHarmless(messageOf(said.error)) ? mendJpeg(bytes) : undefined
  try {
    if (said.error instanceof InputError || jpeg === undefined) throw said.error
    return await turns.together(() => open(jpeg.bytes, 'error'))
  } catch (error) {
    throw error instanceof InputError ? error : explained(messageOf(error), name, bytes)
  }
}

/** Decoding by this thread. */
const turns = new Turns()

function done<T>(result: T): { readonly result: T } {
  return { result }
}

function failed(error: unknown): { readonly error: unknown } {
  return { error }
}

/** Of a JPEG whose end marker was missing. The decoder does not warn of its last eight rows: noise behind the data shows them. */
async function isWhole(mended: Uint8Array, limitInputPixels: number): Promise<boolean> {
  const decode = (bytes: Uint8Array, failOn: 'warning' | 'error') =>
    sharp(bytes, { failOn, limitInputPixels }).raw().toBuffer()
  try {
    const pixels = await decode(mended, 'warning')
    return pixels.equals(await decode(withNoise(mended), 'error'))
  } catch {
    return false
  }
}

/** Of a JPEG: what the decoder warns of, except that data are missing or make no sense. */
function isHarmless(message: string): boolean {
  const first = message.trim().split('\n', 1)[0]!
  return first.startsWith('VipsJpeg: ') && !/premature end|Corrupt JPEG data: (?!\d+ extraneous bytes)/.test(first)
}

/** What the header tells, of a picture of any size. */
export function headerOf(source: string | Uint8Array): Promise<Metadata> {
  return sharp(source, { failOn: 'none', limitInputPixels: false }).metadata()
}

/** Whether pixels of a photo's file are transparent: many programs write an alpha channel that says nothing. False where the file cannot be read. */
export async function isTransparent(path: string): Promise<boolean> {
  try {
    return (await headerOf(path)).hasAlpha === true && !(await sharp(path, { failOn: 'none' }).stats()).isOpaque
  } catch {
    return false // who decodes the photo tells why
  }
}

function checkHeader(header: Metadata, name: string, limitPixels: number): void {
  const { format, compression, width, height, depth } = header
  const isRead = formatsRead.has(format) && (format !== 'heif' || compression === 'av1')
  check(isRead, `${name}: ${compression ?? format}, which is not read as a photo`, formatHint)
  check(
    depth === 'uchar' || depth === 'ushort',
    `${name}: its pixels are numbers of the kind '${depth}', and the file does not say which of them is white`,
    'save it with 8 or 16 bits a channel, where white is 255 or 65535',
  )
  check(
    Math.max(width, height) <= limitSidePx,
    `${name}: ${width} × ${height} pixels, longer than ${limitSidePx}, which no photo is`,
  )
  check(
    width * height <= limitPixels,
    `${name}: more than ${limitPixels} pixels, which is the limit`,
    `it has ${width} × ${height}: allow them with ${optionText({ limitPixels: width * height })}`,
  )
}

function damaged(why: string): string {
  return `truncated or damaged (${why})`
}

function explained(message: string, name: string, bytes: Uint8Array): InputError {
  const unknown = /unsupported image format/i.test(message)
  const format = unknown ? signatureOf(bytes) : undefined
  if (format !== undefined)
    return new InputError(`${name}: ${damaged(`it begins as ${format}, and what should follow is missing`)}`)
  if (unknown) return new InputError(`${name}: not an image, or of a format that cannot be read`, formatHint)
  return new InputError(`${name}: ${damaged(saidBy(message))}`)
}

/** What the decoder said in a line, without the places in the file that it sought in vain, of which there may be a hundred. */
function saidBy(message: string): string {
  const said = message.replace(/source: bad seek to \d+/g, '')
  return (said.trim() === '' ? message : said).trim().replace(/\s+/g, ' ')
}

/** Pixels on their way to a file. */
export function toEncode({ width, height, data }: ImageRGBA): Sharp {
  return sharp(data, { raw: { width, height, channels: 4 } })
}

/** Where the decoder has no library for this system: what was copied from another one has that one's. */
export function unloaded(error: unknown): InputError {
  const system = `${process.platform} ${process.arch}`
  return new InputError(
    `the decoder of photos, sharp, does not load on this system, ${system}: ${messageOf(error).split('\n')[0]}`,
    '`npm ci` installs its library for this system, unless npm is told to leave out optional packages; node_modules of another system cannot be copied',
  )
}
