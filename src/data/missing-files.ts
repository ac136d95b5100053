import { existsSync, opendirSync } from 'node:fs'
import { basename, dirname, extname, join, sep } from 'node:path'
import { optionText } from '../base/index.ts'
import { describePhoto, type Photo, type Problem } from './manifest.ts'
import { isPhotoName } from './photo-names.ts'

/** Entries of folders that are looked at, and names that are looked for. */
const [mostEntries, mostNames] = [50_000, 20]

/**
 * What is said in the place of a line for each photo where none of a table's files is there: the folder that was looked in, and where files of
 * their names lie beside the table or below. Undefined where some file is there, or the photos are of no table.
 */
export function allMissing(source: string, photos: readonly Photo[]): Problem | undefined {
  const [first] = photos
  if (first === undefined || photos.some(({ path, row }) => row === undefined || existsSync(path))) return undefined
  const looked = folderAbove(first.path, first.filename) ?? dirname(first.path)
  const count = photos.length === 1 ? 'its file is not there' : `none of the ${photos.length} files is there`
  return {
    where: describePhoto(first),
    what: `${count}; file names start from ${looked}`,
    hint: whereabouts(dirname(source), photos.slice(0, mostNames)) ?? '`images` names the folder that they start from',
  }
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
