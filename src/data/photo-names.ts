import { extname } from 'node:path'

const photoExtensions = new Set(
  'jpg jpeg jpe jfif png webp tif tiff gif avif heic heif bmp jp2 jxl dng cr2 cr3 nef arw orf rw2'.split(' '),
)

/** True for a name that ends as photos' names do, also of kinds that cannot be read: they are to be told, and not passed over. */
export function isPhotoName(name: string): boolean {
  return photoExtensions.has(extname(name).slice(1).toLowerCase())
}
