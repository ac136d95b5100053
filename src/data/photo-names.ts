import { extname, posix } from 'node:path'

const photoExtensions = new Set(
  'jpg jpeg jpe jfif png webp tif tiff gif avif heic heif bmp jp2 jxl dng cr2 cr3 nef arw orf rw2'.split(' '),
)

/** True for a name that ends as photos' names do, also of kinds that cannot be read: they are to be told, and not passed over. */
export function isPhotoName(name: string): boolean {
  return photoExtensions.has(extname(name).slice(1).toLowerCase())
}

/** A file's path without its ending, `/` between folders. */
export function plainStem(filename: string): string {
  return filename.replaceAll('\\', '/').replace(/\.[^./]+$/, '')
}

/** The stem of the photo that a mask is of: its own without what says that it is a mask (`a_mask`, `mask_a`, `a-seg`). */
export function stemOfMasked(file: string): string {
  const stem = plainStem(file)
  const name = posix.basename(stem).replace(/^(mask|seg)[_-]|[_-](mask|seg|alpha)$/i, '')
  return posix.join(posix.dirname(stem), name)
}

/** Those of a folder's pictures that are masks of others beside them, by their names: `a_mask.png` beside `a.jpg`. */
export function masksBeside(names: readonly string[]): ReadonlySet<string> {
  const stems = new Set(names.map(plainStem))
  return new Set(names.filter((name) => stemOfMasked(name) !== plainStem(name) && stems.has(stemOfMasked(name))))
}
