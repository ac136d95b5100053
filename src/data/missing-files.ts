import { existsSync, opendirSync } from 'node:fs'
import { basename, dirname, extname, join, resolve, sep } from 'node:path'
import { optionText } from '../base/index.ts'
import { joinedPlaces } from './joined-hint.ts'
import { describePhoto, type Photo, type Problem, type TableReading } from './manifest.ts'
import { isPhotoName } from './photo-names.ts'

/** Entries of folders that are looked at, and names that are looked for. */
const [mostEntries, mostNames] = [50_000, 20]

/**
 * What is said in the place of a line for each photo where none of a table's files is there: the folder that was looked in, and where files of
 * their names lie beside the table or below, of COCO's also beside its folder. Undefined where some file is there, or the photos are of no table.
 */
export function allMissing(
  source: string,
  photos: readonly Photo[],
  reading: Pick<TableReading, 'columns'> = { columns: {} },
): Problem | undefined {
  const [first] = photos
  const isCoco = extname(source).toLowerCase() === '.json'
  if (first === undefined || photos.some(({ path, row }) => (row === undefined && !isCoco) || existsSync(path)))
    return undefined
  const looked = folderAbove(first.path, first.filename) ?? dirname(first.path)
  const count = photos.length === 1 ? 'its file is not there' : `none of the ${photos.length} files is there`
  const names = photos.slice(0, mostNames)
  // annotations lie in a folder of their own, the images beside it
  const places = [dirname(source), ...(isCoco ? [join(dirname(source), '..')] : [])]
  return {
    where: describePhoto(first),
    what: `${count}; file names start from ${looked}`,
    hint:
      joinedAbouts([looked, dirname(source)], photos, reading) ??
      places.map((root) => whereabouts(root, names)).find((hint) => hint !== undefined) ??
      '`images` names the folder that they start from',
  }
}

/** Files of a photo's name that are looked at for the folders above them. */
const mostNamesakes = 100

/** Where other columns of the table are the folders of its names: how they are joined. */
function joinedAbouts(
  roots: readonly string[],
  photos: readonly Photo[],
  reading: Pick<TableReading, 'columns'>,
): string | undefined {
  const probed = photos.slice(0, mostNames)
  const placeOf = joinedPlaces(probed, reading)
  let looks = 0
  const places = new Map(roots.map((root) => [resolve(root), root])) // as it was written, where that is known
  for (const root of places.values())
    for (const { folder, name } of filesBelow(root)) {
      const own = probed.filter(({ filename }) => basename(filename) === name)
      if (own.length === 0) continue
      if (++looks > mostNamesakes) return undefined
      const place = placeOf(join(folder, name), own)
      if (place === undefined) continue
      const columns = { columns: { filename: place.filename } }
      const options = resolve(place.images) === resolve(roots[0]!) ? columns : { ...columns, images: place.images }
      return `the names start in folders that other columns have: ${optionText(options)} joins them`
    }
  return undefined
}

/** Where files of these names lie, and what makes the table find them. */
function whereabouts(root: string, photos: readonly Photo[]): string | undefined {
  const names = new Map(photos.map((photo) => [basename(photo.filename), photo]))
  const stems = new Map([...names.keys()].map((name) => [stemOf(name), name]))
  let otherwise: string | undefined
  for (const { folder, name } of filesBelow(root)) {
    const filename = names.get(name)?.filename
    if (filename === undefined) {
      const written = isPhotoName(name) ? stems.get(stemOf(name)) : undefined
      if (written !== undefined)
        otherwise ??= `there is no '${written}', but '${name}' lies in ${folder}: if it is that photo, write the ending in the table as the file has it`
      continue
    }
    const images = folderAbove(join(folder, name), filename)
    if (images !== undefined) return `they seem to lie in ${images}: ${optionText({ images })} names it`
    const above = filename.slice(0, -name.length)
    return `a file '${name}' lies in ${folder}: if it is that photo, cut '${above}' from the names in the table, and say ${optionText({ images: folder })}`
  }
  return otherwise
}

function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length)
}

/** The folder from which a file name leads to a path; undefined where it does not. */
function folderAbove(path: string, filename: string): string | undefined {
  const end = sep + filename.split('/').join(sep)
  return path.endsWith(end) ? path.slice(0, -end.length) || sep : undefined
}

/** Files of a folder and below it, nearest first; links are not followed. */
function* filesBelow(root: string): Generator<{ readonly folder: string; readonly name: string }, void, undefined> {
  const folders = [root === '' ? '.' : root]
  let entries = 0
  for (const folder of folders) {
    const opened = openOrNothing(folder)
    if (opened === undefined) continue
    try {
      for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) {
        if (++entries > mostEntries) return
        if (entry.isDirectory() && !entry.name.startsWith('.')) folders.push(join(folder, entry.name))
        else if (entry.isFile()) yield { folder, name: entry.name }
      }
    } finally {
      opened.closeSync()
    }
  }
}

function openOrNothing(folder: string) {
  try {
    return opendirSync(folder)
  } catch {
    return undefined // nobody may look into it: the photos are told as missing all the same
  }
}
