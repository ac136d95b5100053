/** Bytes of a file from an offset; fewer where the file ends. */
export type ReadBytes = (offset: number, length: number) => Buffer

/** EXIF's orientation as a PNG, WebP or TIFF file holds it, 1 to 8; undefined where it has none. */
export function exifOrientation(type: string, read: ReadBytes): number | undefined {
  const start = type === 'tiff' ? 0 : type === 'png' ? pngExif(read) : type === 'webp' ? webpExif(read) : undefined
  return start === undefined ? undefined : tiffOrientation(start, read)
}

/** A photo of a gigabyte in chunks of 8 kB has as many; a file of nothing but empty chunks is not walked through. */
const mostChunks = 1 << 17

/** Chunks: length, name, content, checksum. */
function pngExif(read: ReadBytes): number | undefined {
  for (let offset = 8, chunk = 0; chunk < mostChunks; chunk++) {
    const head = read(offset, 8)
    if (head.length < 8) return undefined
    if (head.toString('latin1', 4) === 'eXIf') return offset + 8
    offset += 12 + head.readUInt32BE(0)
  }
  return undefined
}

/** Chunks: name, length, content, a byte more where the length is odd. Some writers keep JPEG's mark before the content. */
function webpExif(read: ReadBytes): number | undefined {
  for (let offset = 12, chunk = 0; chunk < mostChunks; chunk++) {
    const head = read(offset, 14)
    if (head.length < 8) return undefined
    const length = head.readUInt32LE(4)
    if (head.toString('latin1', 0, 4) === 'EXIF') return offset + (head.toString('latin1', 8) === 'Exif\0\0' ? 14 : 8)
    offset += 8 + length + (length % 2)
  }
  return undefined
}

const orientationTag = 0x112

/** Tag 0x112 of the first directory. */
function tiffOrientation(start: number, read: ReadBytes): number | undefined {
  const head = read(start, 8)
  const little = head.toString('latin1', 0, 4) === 'II*\0'
  if (head.length < 8 || (!little && head.toString('latin1', 0, 4) !== 'MM\0*')) return undefined
  const short = (bytes: Buffer, at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const directory = start + (little ? head.readUInt32LE(4) : head.readUInt32BE(4))
  const counted = read(directory, 2)
  if (counted.length < 2) return undefined
  const entries = read(directory + 2, short(counted, 0) * 12)
  for (let at = 0; at + 12 <= entries.length; at += 12)
    if (short(entries, at) === orientationTag) return short(entries, at + 8)
  return undefined
}
