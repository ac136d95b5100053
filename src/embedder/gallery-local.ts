import { join } from 'node:path'
import { parseStrictly, readJson, resolveBeside } from '../base/index.ts'
import { type GalleryLocal, indexFile, indexSchema, readPart } from './gallery.ts'

/** The same read back: `content` in one piece, from `path`. */
export interface StoredLocal extends GalleryLocal {
  readonly content: Uint8Array
  readonly path: string
}

/** A gallery's local features, held against their hash; undefined where it has none. @throws InputError where they are damaged or missing. */
export function readGalleryLocal(folder: string): StoredLocal | undefined {
  const where = join(folder, indexFile)
  const { local } = parseStrictly(indexSchema, readJson(where), where)
  if (local === undefined) return undefined
  const path = resolveBeside(where, local.file)
  return { name: local.name, fingerprint: local.fingerprint, content: readPart(path, local), path }
}
