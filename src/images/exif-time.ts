import { closeSync, fstatSync, readSync } from 'node:fs'
import { openRegular } from '../base/index.ts'
import { exifStart, type ReadBytes, tiffDirectory } from './exif.ts'

/** EXIF's own numbers of what is read here. */
const tags = { exif: 0x8769, original: 0x9003, offset: 0x9011 } as const

/**
 * When a photo was taken, as its camera wrote it (EXIF's DateTimeOriginal): `2024-05-01 10:33:00`, with the zone behind it where the
 * camera wrote that too (`+02:00`). Undefined where there is no such file, or it does not say.
 */
export function photoTime(path: string): string | undefined {
  try {
    const file = openRegular(path)
    try {
      return timeIn(readerOf(file))
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined // who decodes the photo tells why
  }
}

function readerOf(file: number): ReadBytes {
  const bytes = fstatSync(file).size
  return (offset, length) => {
    const content = Buffer.alloc(Math.max(0, Math.min(length, bytes - offset)))
    return content.subarray(0, readSync(file, content, 0, content.length, offset))
  }
}

function timeIn(read: ReadBytes): string | undefined {
  const start = exifStart(typeOf(read(0, 12)), read)
  if (start === undefined) return undefined
  const exif = tiffDirectory(start, read)?.number(tags.exif)
  const directory = exif === undefined ? undefined : tiffDirectory(start, read, exif)
  const written = directory?.text(tags.original) ?? ''
  const [, year, month, day, clock] = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(written) ?? []
  if (year === undefined || year === '0000') return undefined
  const zone = /^[+-]\d\d:\d\d/.exec(directory?.text(tags.offset) ?? '')?.[0] ?? ''
  return `${year}-${month}-${day} ${clock}${zone}`
}

function typeOf(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xd8) return 'jpg'
  if (head.toString('latin1', 1, 4) === 'PNG') return 'png'
  if (head.toString('latin1', 8, 12) === 'WEBP') return 'webp'
  return /^(II\*\0|MM\0\*)/.test(head.toString('latin1', 0, 4)) ? 'tiff' : ''
}
