import { type Dirent, existsSync, opendirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { extname, isAbsolute, join, relative, sep } from 'node:path'
import { check, counted, optionText } from '../base/index.ts'
import { fewOrMany } from './few-or-many.ts'
import { areNobodys, roleOfName } from './folder-levels.ts'
import { type Below, fromLevels, fromMixed, placeOf } from './folder-photos.ts'
import type { ListProgress } from './list-progress.ts'
import { byCodeUnit, type Manifest, type Photo, type Problem, shortList } from './manifest.ts'
import type { ResolvedOpenOptions } from './open.ts'
import { isPhotoName, masksBeside, plainStem, stemOfMasked } from './photo-names.ts'

interface Contents {
  readonly photos: readonly string[]
  /** Pictures that are masks of photos beside them. */
  readonly masks: readonly string[]
  readonly folders: readonly string[]
  readonly others: readonly string[]
}

/** A folder of photos, or of folders that are identities, at whatever level they stand. A folder of masks in it holds no photos. */
export function openFolder(path: string, { requireIdentity, masks, onFile }: ResolvedOpenOptions): Manifest {
  const without = masks === undefined ? undefined : placeBelow(path, masks)
  const read = folderReader({ onFile })
  const whole = read(path)
  const root = { ...whole, folders: whole.folders.filter((name) => name !== without) }
  const inside = new Map(root.folders.map((name) => [name, read(join(path, name))]))
  const identities = root.folders.filter((name) => inside.get(name)!.photos.length > 0)
  const source = path
  const below = photosBelow(path, { without, read })
    .map(placeOf)
    .filter(({ above }) => above.length > 0)
  checkNoMasks(path, root, below)
  check(
    root.photos.length === 0 || below.length === 0,
    `${path}: both photos and folders of photos (${shortList([...new Set(below.map(({ above }) => above[0]!))])})`,
    'a folder for each identity, or all photos in one folder',
  )
  const warnings = passedOver(root.others).map((told) => `${path}: ${told}`)
  if (masks === undefined) warnings.push(...unusedMasks(path, { read }))
  const others = filesBelow(path, (contents) => contents.others, { without, read })
  const othersFrom = (level: number) => passedOverBelow(path, others, level)
  const deeper = identities.length === 0 && below.length > 0
  if (root.photos.length === 0 && (deeper || (identities.length > 0 && areNobodys(identities)))) {
    const levels = fromLevels(path, below)
    check(
      !requireIdentity || levels.photos.some(({ identity }) => identity !== undefined),
      `${path}: identities are needed, and no level of folders has them: ${levels.notes.join('')}`,
      identityHint(path, root),
    )
    return {
      kind: 'folders',
      source,
      problems: [],
      ...levels,
      warnings: [...warnings, ...othersFrom(1), ...levels.warnings],
    }
  }
  const mixed = root.photos.length === 0 ? fromMixed(path, below) : undefined
  const inFolders = root.folders.flatMap((name) => {
    const { photos, others } = inside.get(name)!
    const isEmpty = photos.length === 0 && !(mixed !== undefined && below.some(({ above }) => above[0] === name))
    const told = [...(isEmpty ? ['no photos in it, passed over'] : []), ...passedOver(others)]
    return told.map((what) => `${name}/: ${what}`)
  })
  warnings.push(
    ...fewOrMany(inFolders, {
      alone: (line) => line,
      above: () => 'in the folders of individuals',
      below: (line) => line,
    }),
    ...othersFrom(2),
  )
  if (root.photos.length > 0) {
    check(
      !requireIdentity,
      `${path}: identities are needed, and this is a plain folder of photos`,
      identityHint(path, root),
    )
    const photos = root.photos.map((name): Photo => ({ filename: name, path: join(path, name), extra: {} }))
    return { kind: 'photos', source, photos, warnings, problems: [] }
  }
  checkIdentityFolders(path, root, identities)
  if (mixed !== undefined) return { kind: 'folders', source, problems: [], ...mixed, warnings }
  const photos = identities.flatMap((identity) =>
    inside
      .get(identity)!
      .photos.map(
        (name): Photo => ({ filename: `${identity}/${name}`, path: join(path, identity, name), identity, extra: {} }),
      ),
  )
  const unknown = below.filter(({ above }) => above.slice(1).some((name) => roleOfName(name) === undefined))
  const nested = new Set(unknown.map(({ above }) => `${above.join('/')}/`))
  const hint = `move these photos: below the folder of an individual may be its photos, and folders of dates, sightings, flanks or cameras${oneLevelDown(path, [...nested])}`
  const problems = [...nested].map((where): Problem => ({ where, what: 'photos below an identity’s folder', hint }))
  return { kind: 'folders', source, photos, problems, warnings }
}

/** Where several such folders lie in one, that one may be what was meant. */
function oneLevelDown(path: string, nested: readonly string[]): string {
  const above = nested.map((where) => where.split('/')[0]!)
  const meant = [...new Set(above)].filter((name) => above.filter((other) => other === name).length > 1)
  return meant.length === 0
    ? ''
    : `; or was ${shortList(
        meant.map((name) => join(path, name)),
        3,
      )} meant?`
}

/** A table that lies there may say who is on the photos, as programs for camera traps leave it beside them. */
function identityHint(path: string, { others }: Contents): string {
  const tables = others.filter((name) => /\.(csv|tsv)$/i.test(name))
  if (tables.length > 0)
    return `does a table in it say who is on the photos? name it in place of the folder: ${shortList(
      tables.map((name) => join(path, name)),
      3,
    )}`
  const database = others.find((name) => /\.(ddb|tdb)$/i.test(name))
  if (database !== undefined)
    return `${database} is Timelapse's own file: export its data as CSV (TimelapseData.csv), and name that in place of the folder`
  return 'make a folder for each identity, or a CSV with the columns filename and identity'
}

const maskFolders = /^(masks?|segmentations?|seg|segmasks?|silhouettes?)$/i
const photoFolders = /^(photos?|images?|imgs?|originals?|pictures?|pics?|fotos?|jpe?gs?|rgb|raw)$/i

/** Folders `photos` and `masks` side by side, or masks below photos, are not two individuals. */
function checkNoMasks(path: string, { photos, folders }: Contents, below: readonly Below[]): void {
  const used = folders.filter((name) => below.some(({ above }) => above[0] === name))
  const masks = used.find((name) => maskFolders.test(name))
  const others = used.filter((name) => name !== masks)
  if (masks === undefined) return
  const alone = photos.length > 0 && others.length === 0
  const beside = others.length === 1 && photoFolders.test(others[0]!)
  if (!alone && !beside && !areMasksOf(masks, below)) return
  check(
    false,
    `${path}: a folder ${masks} beside the photos, expected photos only`,
    `name it with ${optionText({ masks: join(path, masks) })}, and its pictures are no photos`,
  )
}

/** True where each picture in a folder has the name of a photo elsewhere, also its folder's name where it has one. */
function areMasksOf(folder: string, below: readonly Below[]): boolean {
  const stemsOf = (isMask: boolean, stem: (file: string) => string) =>
    below
      .filter(({ above }) => (above[0] === folder) === isMask)
      .map(({ above, name }) => ({ whole: stem([...above.slice(isMask ? 1 : 0), name].join('/')), own: stem(name) }))
  const photos = stemsOf(false, plainStem)
  const [whole, own] = [new Set(photos.map((photo) => photo.whole)), new Set(photos.map((photo) => photo.own))]
  return stemsOf(true, stemOfMasked).every((mask) => (mask.whole === mask.own ? own : whole).has(mask.whole))
}

/** A folder as `photosBelow` names it, where it lies below another. */
function placeBelow(path: string, folder: string): string | undefined {
  const below = relative(realpathSync.native(path), existsSync(folder) ? realpathSync.native(folder) : folder)
  return below === '' || below.startsWith('..') || isAbsolute(below) ? undefined : below.split(sep).join('/')
}

function checkIdentityFolders(path: string, root: Contents, identities: readonly string[]): void {
  check(identities.length > 0, `${path}: no photos in it, nor in its folders`, 'is it the folder above, or below?')
  check(
    !identities.every((name) => name === 'train' || name === 'test'),
    `${path}: looks like a Kaggle folder, but has no train.csv and no test.csv`,
    `to read one part, name its folder: ${join(path, identities[0]!)}`,
  )
  const csv = root.others.find((name) => extname(name).toLowerCase() === '.csv')
  check(
    identities.length > 1 || csv === undefined,
    `${path}: a CSV and one folder of photos`,
    `name the CSV in its place: ${join(path, csv ?? '')}, with ${optionText({ images: join(path, identities[0]!) })}`,
  )
}

/** What network drives and systems put beside photos. */
const systemFolders = new Set(['@eaDir', '#recycle', '$RECYCLE.BIN', 'System Volume Information', '__MACOSX'])

/** Reads a folder once, however often it is asked for. */
type FolderReader = (path: string) => Contents

function folderReader({ onFile }: ListProgress): FolderReader {
  const known = new Map<string, Contents>()
  let count = 0
  return (path) => {
    const contents = known.get(path) ?? contentsOf(path, () => onFile?.('listing', ++count, 0))
    known.set(path, contents)
    return contents
  }
}

/** What lies in a folder, hidden files left out, in an order that is the same everywhere. */
function contentsOf(path: string, onEntry: () => void): Contents {
  const photos: string[] = []
  const folders: string[] = []
  const others: string[] = []
  for (const entry of entriesOf(path)) {
    onEntry()
    if (entry.name.startsWith('.') || systemFolders.has(entry.name)) continue
    if (isFolder(path, entry)) folders.push(entry.name)
    else if (isPhotoName(entry.name)) photos.push(entry.name)
    else others.push(entry.name)
  }
  for (const list of [photos, folders, others]) list.sort(byCodeUnit)
  const masks = masksBeside(photos)
  if (masks.size === 0) return { photos, masks: [], folders, others }
  return { photos: photos.filter((name) => !masks.has(name)), masks: [...masks], folders, others }
}

interface WalkOptions extends ListProgress {
  readonly without?: string | undefined
  readonly read?: FolderReader
}

/** All photos in a folder and below it, `/` between folders, sorted; a folder that links lead to twice, and one left out, are passed over. */
export function photosBelow(root: string, options: WalkOptions = {}): string[] {
  return filesBelow(root, ({ photos }) => photos, options)
}

/** The masks in a folder and below it: of a folder in which pictures are masks of others, these alone, else all its pictures. */
export function masksBelow(root: string, options: WalkOptions = {}): string[] {
  return filesBelow(root, ({ photos, masks }) => (masks.length > 0 ? masks : photos), options)
}

/** What is said of pictures that are masks of photos beside them, and are not used; nothing where there are none. */
export function unusedMasks(root: string, options: WalkOptions = {}): string[] {
  const found = filesBelow(root, ({ masks }) => masks, options)
  if (found.length === 0) return []
  const told = counted(found.length, 'picture is the mask of a photo', 'pictures are masks of photos')
  return [`${told} beside, and no photo: ${shortList(found, 3)}; ${optionText({ masks: root })} uses such masks`]
}

function filesBelow(
  root: string,
  which: (contents: Contents) => readonly string[],
  { without, onFile, read = folderReader({ onFile }) }: WalkOptions,
): string[] {
  const seen = new Set<string>()
  const walk = (below: string): string[] => {
    const path = join(root, below)
    const place = realpathSync.native(path)
    if (seen.has(place) || (below !== '' && below === without)) return []
    seen.add(place)
    const contents = read(path)
    const inside = (name: string) => (below === '' ? name : `${below}/${name}`)
    return [...which(contents).map(inside), ...contents.folders.flatMap((name) => walk(inside(name)))]
  }
  return walk('')
}

/** A folder's entries one by one: on a slow drive a list of all comes late. */
function* entriesOf(path: string): Generator<Dirent, void, undefined> {
  const folder = opendirSync(path, { bufferSize: 256 })
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) yield entry
  } finally {
    folder.closeSync()
  }
}

/** Also a link to a folder; a link that leads nowhere counts as a file, and is an error when it is opened. */
function isFolder(path: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  return statOf(join(path, entry.name))?.isDirectory() ?? false
}

/** What lies at the end of links; undefined where nothing does, also where links lead to each other: opening it says so. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOOP') return undefined
    throw error
  }
}

function passedOver(others: readonly string[]): string[] {
  const count = counted(others.length, 'file that is no photo', 'files that are no photos')
  return others.length === 0 ? [] : [`${count} passed over: ${shortList(others)}`]
}

/** The same of files this many folders down or more, `others` with `/` between folders: how many there are, and the first. */
function passedOverBelow(path: string, others: readonly string[], level: number): string[] {
  const deep = others.filter((name) => name.split('/').length > level)
  const count = counted(deep.length, 'file that is no photo', 'files that are no photos')
  return deep.length === 0 ? [] : [`${path}: ${count} in deeper folders passed over: ${shortList(deep, 1)}`]
}
