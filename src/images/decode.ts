import { readFile, stat } from 'node:fs/promises'
import sharp, { type Metadata } from 'sharp'
import { check, InputError, messageOf } from '../base/index.ts'
import type { Box } from './region.ts'

/** Pixels in memory: RGBA, 8 bits a channel, row-major, `data.length === 4 · width · height`; alpha 255 where the file has none. */
export interface ImageRGBA {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

export interface DecodeOptions {
  /** Pictures with more pixels than this are refused before they are decoded. */
  readonly limitPixels?: number
  /** What errors call the picture; a path is its own name. */
  readonly name?: string
}

export const decodeDefaults = { limitPixels: 100_000_000 } as const

/** Part of every cache key: changes whenever the same file would decode to other pixels. */
export const decoderVersion = `1/sharp-${sharp.versions.sharp ?? '?'}/vips-${sharp.versions.vips}`

/** No photograph comes near; reading such a file into memory would be the real harm. */
const limitBytes = 1_000_000_000

/**
 * A picture file (a path, or its bytes) as sRGB pixels, turned upright by its EXIF orientation; of several pages or frames
 * the first. Colours under transparent pixels are kept as they are stored.
 * @throws InputError naming the file where it is missing, empty, truncated or damaged, no picture, or past `limitPixels`.
 */
export async function decodeImage(source: string | Uint8Array, options: DecodeOptions = {}): Promise<ImageRGBA> {
  const { limitPixels, name } = { ...decodeDefaults, name: typeof source === 'string' ? source : 'image', ...options }
  const bytes = typeof source === 'string' ? await readPhotoFile(source, name) : source
  check(bytes.length > 0, `${name}: the file is empty (0 bytes)`)
  try {
    const image = sharp(bytes, { failOn: 'warning', limitInputPixels: limitPixels })
    const header = await image.metadata()
    check(isRead(header), `${name}: ${header.compression ?? header.format}, which is not read as a photo`, formatHint)
    const { data, info } = await image
      .autoOrient()
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, data }
  } catch (error) {
    if (error instanceof InputError) throw error
    throw explained(messageOf(error), name, limitPixels)
  }
}

/** AVIF is HEIF with AV1 to the decoder. It would draw SVG too, which no camera writes. */
const formatsRead: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif'])
const formatHint = 'JPEG, PNG, WebP, TIFF, GIF and AVIF can be read'

function isRead({ format, compression }: Metadata): boolean {
  return formatsRead.has(format) && (format !== 'heif' || compression === 'av1')
}

/**
 * False for a file that decodeImage would refuse for what its header tells: it is missing, empty, no photo, or past `limitPixels`. No
 * pixels are decoded, so damage further inside is not seen.
 */
export async function hasPhotoHeader(path: string, limitPixels: number = decodeDefaults.limitPixels): Promise<boolean> {
  try {
    const found = await stat(path)
    if (!found.isFile() || found.size > limitBytes) return false
    return isRead(await sharp(path, { limitInputPixels: limitPixels }).metadata())
  } catch {
    return false // decodeImage tells why
  }
}

/** The bytes of a photo's file. @throws InputError calling it `name` where it is missing, no file, empty or enormous. */
export async function readPhotoFile(path: string, name = path): Promise<Uint8Array> {
  try {
    const found = await stat(path)
    check(!found.isDirectory(), `${name}: a folder, not a file`)
    check(found.isFile(), `${name}: not a file`) // a pipe would wait for who writes it
    const { size } = found
    check(size <= limitBytes, `${name}: ${size} bytes are past the limit of ${limitBytes}`)
    const bytes = await readFile(path)
    check(bytes.length > 0, `${name}: the file is empty (0 bytes)`)
    return bytes
  } catch (error) {
    if (error instanceof InputError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new InputError(`${name}: no such file`)
    throw new InputError(`${name}: cannot be read (${messageOf(error)})`)
  }
}

/** The image as PNG bytes. Not progressive, compression level 6: the same pixels give the same bytes. */
export async function encodePng(image: ImageRGBA): Promise<Uint8Array> {
  const { width, height, data } = image
  return sharp(data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 6 })
    .toBuffer()
}

export interface ThumbnailOptions {
  /** Longer side; smaller photos stay as they are. */
  readonly longSidePx?: number
  readonly format?: 'webp' | 'jpeg'
  /** 1 to 100. */
  readonly quality?: number
  /** The part of the upright photo to show. */
  readonly box?: Box | undefined
}

export const thumbnailDefaults = { longSidePx: 192, format: 'webp', quality: 70 } as const satisfies ThumbnailOptions

/** An encoded picture for a page. */
export interface Thumbnail {
  readonly width: number
  readonly height: number
  readonly mediaType: 'image/webp' | 'image/jpeg'
  readonly bytes: Uint8Array
}

/**
 * A small upright picture of a photo, on grey where the photo is transparent. It holds pixels and nothing else: no EXIF, so no
 * place and no camera. The same photo gives the same bytes. @throws InputError naming the photo that cannot be read.
 */
export async function thumbnail(path: string, options: ThumbnailOptions = {}): Promise<Thumbnail> {
  const { longSidePx, format, quality, box } = { ...thumbnailDefaults, ...options }
  check(
    Number.isInteger(longSidePx) && longSidePx >= 8,
    `thumbnail: expected a side of 8 whole pixels or more, got ${longSidePx}`,
  )
  const bytes = await readPhotoFile(path)
  try {
    let image = sharp(bytes, { limitInputPixels: decodeDefaults.limitPixels }).autoOrient()
    if (box !== undefined) image = image.extract(await regionOf(bytes, box))
    const small = image
      .resize({ width: longSidePx, height: longSidePx, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#808080' })
      .toColourspace('srgb')
    const encoded = format === 'webp' ? small.webp({ quality }) : small.jpeg({ quality, chromaSubsampling: '4:4:4' })
    const { data, info } = await encoded.toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, mediaType: `image/${format}`, bytes: data }
  } catch (error) {
    throw explained(messageOf(error), path, decodeDefaults.limitPixels)
  }
}

async function regionOf(bytes: Uint8Array, box: Box) {
  const { autoOrient } = await sharp(bytes).metadata()
  const left = Math.max(0, Math.min(autoOrient.width - 1, Math.floor(box.x)))
  const top = Math.max(0, Math.min(autoOrient.height - 1, Math.floor(box.y)))
  const width = Math.max(1, Math.min(autoOrient.width, Math.ceil(box.x + box.width)) - left)
  const height = Math.max(1, Math.min(autoOrient.height, Math.ceil(box.y + box.height)) - top)
  return { left, top, width, height }
}

/** The image as JPEG bytes, its alpha left out. The same pixels give the same bytes. */
export async function encodeJpeg(image: ImageRGBA, quality = 85): Promise<Uint8Array> {
  const { width, height, data } = image
  return sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer()
}

function explained(message: string, name: string, limitPixels: number): InputError {
  if (/unsupported image format/i.test(message))
    return new InputError(`${name}: not an image, or of a format that cannot be read`, formatHint)
  if (/pixel limit/i.test(message))
    return new InputError(`${name}: more than ${limitPixels} pixels, which is the limit`)
  return new InputError(`${name}: truncated or damaged (${message.trim().replace(/\s+/g, ' ')})`)
}
