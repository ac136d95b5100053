/** Bytes of a file from an offset; fewer where the file ends. */
export type ReadBytes = (offset: number, length: number) => Buffer

/** EXIF's orientation as a PNG, WebP or TIFF file holds it, 1 to 8; undefined where it has none. */
export function exifOrientation(type: string, read: ReadBytes): number | undefined {
  const start = exifStart(type, read)
  return start === undefined ? undefined : tiffDirectory(start, read)?.number(orientationTag)
}

/** Where in a file of this type EXIF's block begins, which is laid out as a TIFF file. */
export function exifStart(type: string, read: ReadBytes): number | undefined {
  switch (type) {
    case 'tiff':
      return 0
    case 'jpg':
      return jpegExif(read)
    case 'png':
      return pngExif(read)
    case 'webp':
      return webpExif(read)
    default:
      return undefined
  }
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

/** Segments before the first scan: a mark of two bytes, length, content. */
function jpegExif(read: ReadBytes): number | undefined {
  for (let offset = 2, segment = 0; segment < mostSegments; segment++) {
    const head = read(offset, 10)
    if (head.length < 10 || head[0] !== 0xff || head[1] === 0xda) return undefined
    if (head[1] === 0xe1 && head.toString('latin1', 4, 10) === 'Exif\0\0') return offset + 10
    offset += 2 + head.readUInt16BE(2)
  }
  return undefined
}

/** EXIF stands first or second; profiles and previews of many segments may come before. */
const mostSegments = 512

const orientationTag = 0x112

/** Entries of a TIFF's directory by their tags. */
export interface TiffDirectory {
  /** Of an entry of one 16- or 32-bit number. */
  number(tag: number): number | undefined
  /** Of an entry of text, without the zero at its end. */
  text(tag: number): string | undefined
}

/** Texts are times and zones: a longer one is none. */
const longestText = 64

/** The directory at `offset` of the TIFF that begins at `start`, the first one unless given; undefined for what is no TIFF. */
export function tiffDirectory(start: number, read: ReadBytes, offset?: number): TiffDirectory | undefined {
  const head = read(start, 8)
  const little = head.toString('latin1', 0, 4) === 'II*\0'
  if (head.length < 8 || (!little && head.toString('latin1', 0, 4) !== 'MM\0*')) return undefined
  const short = (bytes: Buffer, at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const long = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const directory = start + (offset ?? long(head, 4))
  const counted = read(directory, 2)
  if (counted.length < 2) return undefined
  const entries = read(directory + 2, short(counted, 0) * 12)
  const find = (tag: number): number | undefined => {
    for (let at = 0; at + 12 <= entries.length; at += 12) if (short(entries, at) === tag) return at
    return undefined
  }
  return {
    number: (tag) => {
      const at = find(tag)
      if (at === undefined) return undefined
      return short(entries, at + 2) === 4 ? long(entries, at + 8) : short(entries, at + 8)
    },
    text: (tag) => {
      const at = find(tag)
      if (at === undefined || short(entries, at + 2) !== 2) return undefined
      const length = long(entries, at + 4)
      if (length > longestText) return undefined
      const bytes =
        length <= 4 ? entries.subarray(at + 8, at + 8 + length) : read(start + long(entries, at + 8), length)
      return bytes.toString('latin1').replace(/\0.*$/s, '')
    },
  }
}
