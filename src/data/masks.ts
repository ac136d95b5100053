import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { check, counted, messageOf, readRegular } from '../base/index.ts'
import type { Table } from './csv.ts'
import { masksBelow } from './folders.ts'
import type { ListProgress } from './list-progress.ts'
import { describePhoto, type Manifest, type MaskFile, type Photo, type Problem, shortList } from './manifest.ts'
import type { OpenOptions } from './open.ts'
import type { PhotoFinder } from './photo-finder.ts'
import { plainStem, stemOfMasked } from './photo-names.ts'

/** Where masks lie that are files of their own. */
export interface MaskOptions {
  /** A folder of masks, named as the photos are: white is the animal. */
  readonly masks?: string | undefined
}

/** Said beside the number of masks: by themselves they change nothing. */
export const masksUnread = 'masks are used where image.alpha is black, mean, crop or crop-black'

/**
 * The manifest with the masks of a folder: `a.png`, `a_mask.png` or `mask_a.png` for `a.jpg`, in the same folders as the photos or all in one.
 * A photo that has a mask keeps it; photos without one are counted.
 * @throws InputError where no mask fits a photo.
 */
export function withMasks(manifest: Manifest, { masks: folder, onFile }: MaskOptions & ListProgress): Manifest {
  if (folder === undefined) return manifest
  check(statSync(folder, { throwIfNoEntry: false })?.isDirectory(), `${folder}: expected a folder of masks`)
  const named = new Map<string, string[]>()
  for (const file of masksBelow(folder, { onFile })) {
    const keys = new Set([stemOfMasked(file), posix.basename(stemOfMasked(file))])
    for (const key of keys) named.set(key, [...(named.get(key) ?? []), file])
  }
  const problems: Problem[] = []
  const without: Photo[] = []
  const users = new Map<string, Photo>()
  let found = 0
  const photos = manifest.photos.map((photo, i) => {
    onFile?.('reading masks', i, manifest.photos.length)
    if (photo.mask !== undefined) return photo
    const stem = plainStem(photo.filename)
    const near = named.get(posix.basename(stem)) ?? []
    // of another folder's photo of the same name it would be the mask of somebody else
    const flat = near.filter((file) => !stem.includes('/') || !file.includes('/'))
    const fitting = named.get(endings(stem).find((end) => named.has(end)) ?? stem) ?? flat
    const files = fitting.filter((file) => join(folder, file) !== photo.path) // masks may lie among the photos
    if (files.length === 0) without.push(photo)
    if (files.length > 1)
      problems.push({ where: describePhoto(photo), what: `fits several masks: ${files.join(', ')}` })
    if (files.length !== 1) return photo
    const other = users.get(files[0]!)
    if (other !== undefined && other.path !== photo.path)
      problems.push({ where: describePhoto(photo), what: `has the mask ${files[0]} of ${other.filename} too` })
    users.set(files[0]!, photo)
    const mask = readMask(join(folder, files[0]!), photo)
    if (typeof mask === 'string') problems.push({ where: describePhoto(photo), what: mask })
    else found++
    return typeof mask === 'string' ? photo : { ...photo, mask }
  })
  check(
    found > 0 || problems.length > 0 || photos.length === 0,
    `${folder}: no mask has the name of a photo of ${manifest.source}`,
  )
  const names = shortList(
    without.map(({ filename }) => filename),
    3,
  )
  return {
    ...manifest,
    photos,
    problems: [...manifest.problems, ...problems],
    notes: [...(manifest.notes ?? []), `${counted(found, 'mask')} of ${folder}; ${masksUnread}`],
    warnings: [
      ...manifest.warnings,
      ...(without.length === 0
        ? []
        : [
            `${counted(without.length, `photo has no mask in ${folder}, and stays`, `photos have no mask in ${folder}, and stay`)} whole: ${names}`,
          ]),
    ],
  }
}

const maskNames = [
  ...['mask', 'maskpath', 'maskfile', 'maskfilename', 'maskname', 'maskimage', 'maskpng'],
  ...['segmentation', 'segmentationmask', 'segmentationpath', 'segmentationfile', 'segmask', 'silhouette'],
]

/** True for a usual name of a column of masks. */
export function isMaskColumn(name: string): boolean {
  return maskNames.includes(name.toLowerCase().replace(/[^a-z]/g, ''))
}

/** The column of masks: that of `mapping`, or one of a usual name that holds names of pictures; -1 where a table has none. */
export function findMaskColumn({ header, rows }: Table, mapping: Readonly<Record<string, string>>): number {
  if (mapping.mask !== undefined) return header.indexOf(mapping.mask)
  const column = header.findIndex(isMaskColumn)
  const pictures = rows.every((row) => column === -1 || /^$|\.(png|jpe?g|webp|tiff?|gif)$/i.test(row[column]!))
  return pictures ? column : -1
}

/** A column that is called as masks are, and holds no names of pictures: told, for its photos stay whole. */
export function unreadMasks({ header, rows }: Table, left: readonly string[]): string[] {
  const names = left.filter((name) => isMaskColumn(name) && rows.some((row) => row[header.indexOf(name)] !== ''))
  return names.map(
    (name) =>
      `column '${name}' may hold masks and is not read: expected names of pictures in it; outlines as numbers are read from COCO's JSON`,
  )
}

/** `mask=FOLDER` among the columns is a folder of masks: where one is there, from here or beside the data. */
export function withMaskFolder<O extends MaskOptions & Pick<OpenOptions, 'columns'>>(path: string, options: O): O {
  const { mask, ...columns } = options.columns ?? {}
  if (mask === undefined || options.masks !== undefined) return options
  const beside = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path)
  const masks = [mask, join(beside, mask)].find((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory())
  if (masks === undefined) return options
  return { ...options, masks, columns: Object.keys(columns).length === 0 ? undefined : columns }
}

/** The masks that a table names, found as photos are: what is said of them, and the photos with them. */
export function withMaskColumn(
  rows: readonly { readonly photo: Photo; readonly name: string }[],
  { find, fileOf }: Pick<PhotoFinder, 'find' | 'fileOf'>,
  onFile?: ListProgress['onFile'],
): { readonly photos: readonly Photo[]; readonly problems: readonly Problem[]; readonly notes: readonly string[] } {
  const problems: Problem[] = []
  let found = 0
  const photos = rows.map(({ photo, name }, i) => {
    if (name === '') return photo
    onFile?.('reading masks', i, rows.length)
    const path = fileOf(name)
    const place = path === undefined ? find(name) : { path }
    const { what = 'no such file', hint } = { what: undefined, hint: undefined, ...place }
    const mask = path === undefined ? `mask '${name}': ${what}` : readMask(path, photo)
    if (typeof mask === 'string') problems.push({ where: describePhoto(photo), what: mask, hint })
    else found++
    return typeof mask === 'string' ? photo : { ...photo, mask }
  })
  return { photos, problems, notes: found === 0 ? [] : [`${counted(found, 'mask')}; ${masksUnread}`] }
}

function readMask(path: string, photo: Photo): MaskFile | string {
  if (!existsSync(path)) return `mask ${path}: no such file`
  try {
    const bytes = readRegular(path, 'photo')
    if (isFileOf(bytes, photo)) return `mask ${path} is the photo itself, expected a picture with the animal white`
    return { path, sha256: createHash('sha256').update(bytes).digest('hex') }
  } catch (error) {
    return `mask: ${messageOf(error)}`
  }
}

/** Only a file of the same length is read. A photo that is not there is told elsewhere. */
function isFileOf(bytes: Uint8Array, { path }: Photo): boolean {
  const file = statSync(path, { throwIfNoEntry: false })
  return file?.isFile() === true && file.size === bytes.length && readRegular(path, 'photo').equals(bytes)
}

/** A path and its ends, longest first, each with a folder at least: folders around all photos are not around their masks. */
function endings(stem: string): string[] {
  const parts = stem.split('/')
  return [stem, ...parts.slice(1, -1).map((_, i) => parts.slice(i + 1).join('/'))]
}
