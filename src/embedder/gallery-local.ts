import { type GalleryLocal, localsOf, placeOfPart, readIndex, readPart } from './gallery.ts'

/** Local features that a gallery on disk keeps, of one extractor. */
export interface StoredLocal extends Omit<GalleryLocal, 'content'> {
  readonly path: string
  /** The file's bytes, held against their hash. @throws InputError where they are damaged or missing. */
  read(): Uint8Array
}

/** Which local features a gallery keeps: one entry for each extractor, none where it has none. @throws InputError where its index is malformed. */
export function galleryLocals(folder: string): readonly StoredLocal[] {
  const { local = [] } = readIndex(folder)
  return localsOf(local).map((part) => {
    const path = placeOfPart(folder, part)
    return { name: part.name, fingerprint: part.fingerprint, path, read: () => readPart(path, part) }
  })
}
