import { existsSync, lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { check, counted, InputError, oneLine } from '../base/index.ts'
import type { Box, Outline } from '../images/index.ts'
import type { ListProgress } from './list-progress.ts'

/** What a table says of a photo: to train on, to validate on, to test on, or none of these. */
export type SplitSide = 'train' | 'validation' | 'test' | 'none'

/** Where a mask lies, and what is in it. */
export interface MaskFile {
  readonly path: string
  /** Of the picture's bytes, or of the outline. */
  readonly sha256: string
  /** Of a mask that is no picture, but stands in a file of annotations. */
  readonly outline?: Outline | undefined
}

/** What a test photo is to be: asked about, or known. */
export type TestPart = 'query' | 'gallery'

/** A photo and what is known about it. */
export interface Photo {
  /** As the source writes it, `/` between folders: what people and submissions call the photo. */
  readonly filename: string
  /** Where it lies. */
  readonly path: string
  readonly identity?: string | undefined
  readonly encounter?: string | undefined
  readonly timestamp?: string | undefined
  readonly flank?: string | undefined
  readonly camera?: string | undefined
  /** Of a table with a column for it. */
  readonly split?: SplitSide | undefined
  /** Of a test photo whose table tells queries from the gallery that they are ranked against. */
  readonly part?: TestPart | undefined
  /** Of a table with a column for it: the fold in which the photo validates. */
  readonly fold?: string | undefined
  /** Of a table with a column for it: the identity is a guess of models. Such a photo may train; it never validates, is scored, or names others. */
  readonly proposed?: true | undefined
  /** Which of these no source states: they follow from others, or from the file. */
  readonly derived?: readonly ('encounter' | 'timestamp')[] | undefined
  /** The part of the photo that shows the animal. */
  readonly box?: Box | undefined
  /** A picture or an outline that tells animal from background: the photo's alpha channel. */
  readonly mask?: MaskFile | undefined
  /** The CSV's other columns. */
  readonly extra: Readonly<Record<string, string>>
  /** File name of the CSV that lists it, and its row there, the header being row 1. */
  readonly csv?: string | undefined
  readonly row?: number | undefined
}

/** How a table was read: field → the name of its column, and the columns that no field has. */
export interface TableReading {
  readonly columns: Readonly<Record<string, string>>
  readonly left: readonly string[]
}

/** A mistake in a dataset that stops everything, as `where: what`. */
export interface Problem {
  readonly where: string
  readonly what: string
  /** The cure, or several, where they are known. */
  readonly hint?: string | readonly string[] | undefined
}

/** A word that stands for nobody, or for nothing, as it is written ('' for an empty cell), and how many photos have it. */
export interface WordCount {
  readonly field: 'identity' | 'encounter' | 'timestamp' | 'flank' | 'camera'
  readonly word: string
  readonly photos: number
}

/** A dataset before its photos were opened. */
export interface Manifest {
  readonly kind: 'kaggle' | 'folders' | 'photos' | 'csv' | 'camtrap-dp' | 'coco'
  /** The folder or CSV it came from. */
  readonly source: string
  readonly photos: readonly Photo[]
  /** Of a table. */
  readonly reading?: TableReading | undefined
  /** Where the list of photos does not state encounters, from what they were taken: `from timestamp and camera, gap 60 min`. */
  readonly encountersFrom?: string | undefined
  /** In one line: which columns were taken for what, and how many photos, individuals and encounters there are. */
  readonly summary?: string | undefined
  /** What was recognised and how it was read, a line each. */
  readonly notes?: readonly string[] | undefined
  readonly warnings: readonly string[]
  /** Empty unless `openDataset` was asked to collect them; `openPixelStore` and `readPhotos` then tell them with their own. */
  readonly problems: readonly Problem[]
  /** Labels that stand for nobody: photos with such an identity are unidentified, with such an encounter of none. */
  readonly words?: readonly WordCount[] | undefined
}

/** What a message calls the photo: `train.csv row 7 'a.png'` where a CSV lists it, its file name where none does. */
export function describePhoto({ csv, row, filename }: Photo): string {
  const name = oneLine(filename)
  return row === undefined ? name : `${csv ?? 'csv'} row ${row} '${name}'`
}

/** The manifest's photos of known individuals: the others neither train nor are scored. */
export function identifiedOnly(manifest: Manifest): Manifest {
  const photos = manifest.photos.filter(({ identity }) => identity !== undefined)
  return photos.length === manifest.photos.length ? manifest : { ...manifest, photos }
}

/** Identities in order, and for each photo the index of its own: −1 where it is not known. */
export function identitiesOf(photos: readonly Photo[]): {
  readonly names: readonly string[]
  readonly index: Int32Array
} {
  const known = new Set(photos.flatMap(({ identity }) => (identity === undefined ? [] : [identity])))
  const names = [...known].sort(byCodeUnit)
  const indexOf = new Map(names.map((name, i) => [name, i]))
  return {
    names,
    index: Int32Array.from(photos, ({ identity }) => (identity === undefined ? -1 : indexOf.get(identity)!)),
  }
}

/** The same order on every system and in every language. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Nothing where there are no problems. @throws InputError with one line for each of the first twenty, how many more there are, and
 * what to do.
 */
export function checkProblems(source: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return
  const count = counted(problems.length, 'problem')
  const hints = [...new Set(problems.flatMap(({ hint = [] }) => hint))]
  throw new InputError(
    `${source}: ${count}\n${listed(problems.map(({ where, what }) => `  ${where}: ${what}`)).join('\n')}`,
    hints.length === 0 ? undefined : hints.slice(0, hintedAtMost).join('\nhint: '),
  )
}

const listedAtMost = 20
const hintedAtMost = 4

/** The first twenty lines, and a last one that counts the others. */
export function listed(lines: readonly string[]): string[] {
  const more = lines.length - listedAtMost
  return more <= 0 ? [...lines] : [...lines.slice(0, listedAtMost), `  … and ${more} more`]
}

/** What can be said against a list of photos as a whole. */
export function problemsOf(photos: readonly Photo[], onFile?: ListProgress['onFile']): Problem[] {
  const placeOf = places()
  const first = new Map<string, Photo>()
  const problems: Problem[] = []
  photos.forEach((photo, i) => {
    const { box, mask } = photo
    const key = JSON.stringify([placeOf(photo.path), box && [box.x, box.y, box.width, box.height], mask?.sha256])
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, photo)
    else problems.push({ where: describePhoto(photo), what: repeated(photo, earlier) })
    onFile?.('comparing', i + 1, photos.length)
  })
  return problems
}

/** Tells the file itself, whatever links lead to it; of a file that is not there its path. A folder is looked up once. */
function places(): (path: string) => string {
  const folders = new Map<string, string>()
  const real = (path: string) => (existsSync(path) ? realpathSync.native(path) : path)
  return (path) => {
    if (isLinkOrNothing(path)) return real(path)
    const folder = dirname(path)
    const known = folders.get(folder) ?? real(folder)
    folders.set(folder, known)
    return join(known, basename(path))
  }
}

function isLinkOrNothing(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return true // also what no file can be called
  }
}

function repeated(photo: Photo, earlier: Photo): string {
  const where = earlier.row === undefined ? `'${earlier.filename}'` : `row ${earlier.row}`
  if (photo.identity === earlier.identity) return `duplicate of ${where}`
  const named = ({ identity }: Photo) => (identity === undefined ? 'nobody' : `'${identity}'`)
  return `one file with two identities, ${named(photo)} here and ${named(earlier)} in ${where}`
}

/** Identities that a photo alone stands for: nothing to compare it with. */
export function singlePhotoWarnings(photos: readonly Photo[]): string[] {
  const { names, index } = identitiesOf(photos)
  const counts = new Int32Array(names.length)
  for (const i of index) if (i >= 0) counts[i]!++
  const single = names.filter((_, i) => counts[i] === 1)
  if (single.length === 0) return []
  const subject = counted(single.length, 'identity has', 'identities have')
  return [`${subject} one photo only: ${shortList(single)}`]
}

/** `a, b, c … and 4 more`. */
export function shortList(names: readonly string[], atMost = 8): string {
  const more = names.length - atMost
  const shown = names
    .slice(0, atMost)
    .map((name) => withUnseen(oneLine(name)))
    .join(', ')
  return more <= 0 ? shown : `${shown} … and ${more} more`
}

/** Text with its unusual spaces and invisible letters written out: `Ana<U+200B>`. */
export function withUnseen(text: string): string {
  return text.replace(/(?! )[\p{Cf}\p{Cc}\p{Zs}\p{Zl}\p{Zp}]/gu, (letter) => {
    return `<U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}>`
  })
}

/** Every photo's identity. @throws InputError naming the first photo without one. */
export function knownIdentities(photos: readonly Photo[], where: string): string[] {
  return photos.map((photo) => {
    check(photo.identity !== undefined, `${where}: ${describePhoto(photo)} has no identity`)
    return photo.identity
  })
}
