import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { globSync, isDynamicPattern } from 'tinyglobby'
import { check, settlePath } from '../base/index.ts'
import { isCamtrap } from './camtrap-dp.ts'
import { withDetections } from './detections.ts'
import { isFlankName, type Side, sideOf } from './flank-words.ts'
import { photosBelow, statOf, unusedMasks } from './folders.ts'
import { byCodeUnit, type Manifest, type Photo } from './manifest.ts'
import { withMasks } from './masks.ts'
import { type OpenOptions, openDataset } from './open.ts'

/** What stands for the list of photos on standard input. */
const listName = '-'

/**
 * How photos asked for one by one, by folder, table, pattern or list are found: as `openDataset` does, and by a list.
 */
export interface QueryOptions extends OpenOptions {
  /** Reads the list that `-` stands for: a photo, folder, table or pattern in each line. */
  readonly readList?: (() => string) | undefined
}

/**
 * The photos that are asked about, in the order of `names`, each once; links to one file are as many photos as they have names. A name is a photo; a folder, with all photos in it and below;
 * a CSV, with its boxes, flanks and encounters; a pattern that the shell left alone (`*`, `?`, `**`, `{a,b}`); or `-`, a list on standard input.
 * Photos that do not exist stay in the list: reading them says so.
 * @throws InputError for a pattern that fits nothing, a folder without photos, and as `openDataset` does for a table.
 */
export function openQueries(names: readonly string[], options: QueryOptions = {}): Manifest {
  const { readList, detections, confidence, masks, ...open } = options
  const { onFile } = open
  const expanded = names.flatMap((name) => (name === listName ? listed(readList) : [name]))
  check(expanded.length > 0, 'photos: none were named')
  const parts = expanded.map((name) => openQuery(name, open))
  const seen = new Set<string>()
  const isNew = ({ path, box, mask }: Photo) => {
    const key = JSON.stringify([nameOf(path), box ?? null, mask?.sha256])
    return !seen.has(key) && seen.add(key)
  }
  const all = parts.flatMap((part) => part.photos)
  const photos = all.filter((photo, i) => {
    onFile?.('comparing', i, all.length)
    return isNew(photo)
  })
  const found = (manifest: Manifest) =>
    withMasks(withDetections(manifest, { detections, confidence, onSize: options.onSize }), { masks, onFile })
  const [first] = parts
  if (parts.length === 1 && first !== undefined) return found({ ...first, photos })
  const manifest: Manifest = {
    kind: 'photos',
    source: 'photos',
    photos,
    notes: parts.flatMap(({ notes = [] }) => notes),
    warnings: parts.flatMap(({ warnings }) => warnings),
    problems: parts.flatMap(({ problems }) => problems),
  }
  return found(manifest)
}

/** A photo's name in its folder, whatever links lead to the folder. */
function nameOf(path: string): string {
  const folder = dirname(path)
  return join(existsSync(folder) ? realpathSync.native(folder) : folder, basename(path))
}

function listed(readList: QueryOptions['readList']): string[] {
  check(readList !== undefined, "photos: '-' stands for a list on standard input, and there is none")
  return readList()
    .split(/\r?\n|\0/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== listName)
}

function openQuery(name: string, options: OpenOptions): Manifest {
  if (!isDynamicPattern(name) && extname(name) === '') settlePath(name) // a folder: photos are many, and no command swaps one
  const kind = statOf(name)
  if (kind?.isDirectory() === true && isCamtrap(name)) return openDataset(name, options)
  if (kind?.isDirectory() === true) return openFolderOfQueries(name, options)
  if (['.csv', '.tsv', '.txt', '.json'].includes(extname(name).toLowerCase())) return openDataset(name, options)
  if (kind === undefined && isDynamicPattern(name)) return openPattern(name)
  return asManifest(name, [photo(name)])
}

/** Whatever the folders in it are called, but for flanks: who is on the photos is the question. */
function openFolderOfQueries(folder: string, { onFile, masks }: OpenOptions): Manifest {
  const found = photosBelow(folder, { onFile })
  check(found.length > 0, `${folder}: no photos in it, nor in its folders`)
  const photos = found.map((name) =>
    photo(join(folder, name), [basename(resolve(folder)), ...dirname(name).split('/')]),
  )
  return { ...asManifest(folder, photos), warnings: masks === undefined ? unusedMasks(folder) : [] }
}

function openPattern(pattern: string): Manifest {
  const found = globSync(pattern, { absolute: isAbsolute(pattern), expandDirectories: false }).sort(byCodeUnit)
  check(found.length > 0, `${pattern}: no file fits this pattern`)
  return asManifest(
    pattern,
    found.map((path) => photo(path)),
  )
}

function photo(path: string, folders: readonly string[] = [basename(dirname(resolve(path)))]): Photo {
  return { filename: path, path, flank: flankOf(folders), extra: {} }
}

/** The one side that folders of these names say. */
function flankOf(folders: readonly string[]): Side | undefined {
  const sides = new Set(folders.filter(isFlankName).flatMap((name) => sideOf(name) ?? []))
  return sides.size === 1 ? [...sides][0] : undefined
}

function asManifest(source: string, photos: readonly Photo[]): Manifest {
  return { kind: 'photos', source: existsSync(source) ? source : 'photos', photos, warnings: [], problems: [] }
}
