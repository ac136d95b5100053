import { closeSync, fstatSync, readSync } from 'node:fs'
import { totalmem } from 'node:os'
import { imageSize } from 'image-size'
import { openRegular } from '../base/index.ts'
import { exifOrientation, type ReadBytes } from './exif.ts'
import { isProgressive } from './jpeg.ts'
import type { Orientation } from './orientation.ts'

/** What a photo's header says of its size. */
export interface PhotoSize {
  /** Of the upright photo, in pixels. */
  readonly width: number
  readonly height: number
  /** EXIF's number: how the stored pixels are turned to be upright; 1 is not at all. */
  readonly orientation: Orientation
}

/** Of a JPEG the size stands after its previews, of a TIFF often at the end. */
const readBytes = [1 << 17, 1 << 24, 1 << 28]

/**
 * The size of a photo as its header tells it, without decoding; undefined where there is no such file, or its header tells none. What
 * follows the header may be damaged all the same.
 */
export function photoSize(path: string): PhotoSize | undefined {
  try {
    const file = openRegular(path)
    try {
      return sizeOf(file, fstatSync(file).size)
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined // who decodes the photo tells why
  }
}

/**
 * What one pixel takes while a photo is decoded: RGBA as it comes, and once more while it is turned or read out. Measured on 64 million pixels of one colour:
 * 4.2 to 8.3; more where the decoder holds what it makes them of, coefficients of a progressive JPEG (10.2) or frames of AVIF (18.2; 24.4 with 10 bits).
 */
const bytesPerPixel = { usual: 8, progressive: 11, avif: 25 } as const

/** Bytes of memory that a photo's pixels take while it is decoded, by its header; 0 where that tells no size. */
export function decodedBytes(file: Uint8Array): number {
  const { width = 0, height = 0, type } = headerSize(file) ?? {}
  const kind = type === 'avif' || type === 'heif' ? 'avif' : isProgressive(file) ? 'progressive' : 'usual'
  return width * height * bytesPerPixel[kind]
}

/** For the pixels of all photos that are decoded at the same time: a quarter of the memory that the machine has, or the container. */
export function decodingBudgetBytes(): number {
  const container = process.constrainedMemory() // 0 where it is not known
  return Math.min(totalmem(), container > 0 ? container : Number.POSITIVE_INFINITY) / 4
}

function sizeOf(file: number, bytes: number): PhotoSize | undefined {
  const read: ReadBytes = (offset, length) => {
    const content = Buffer.alloc(Math.max(0, Math.min(length, bytes - offset)))
    return content.subarray(0, readSync(file, content, 0, content.length, offset))
  }
  for (const most of readBytes) {
    const found = headerSize(read(0, most))
    if (found === undefined && most < bytes) continue
    if (found === undefined) return undefined
    const { width, height, type = '', orientation: stated = exifOrientation(type, read) ?? 1 } = found
    if (!(width > 0 && height > 0)) return undefined
    const orientation = isOrientation(stated) ? stated : 1
    return orientation >= 5 ? { width: height, height: width, orientation } : { width, height, orientation }
  }
  return undefined
}

function headerSize(bytes: Uint8Array) {
  try {
    return imageSize(bytes)
  } catch {
    return undefined
  }
}

function isOrientation(value: number): value is Orientation {
  return Number.isInteger(value) && value >= 1 && value <= 8
}
