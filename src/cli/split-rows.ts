import { dirname, join, resolve } from 'node:path'
import type { Cell, optionText } from '../base/index.ts'
import { isKnownColumn, isUsualNobody, type Manifest, type Photo, readTable } from '../data/index.ts'
import { parseColumns } from './columns.ts'
import type { DataFlags } from './options.ts'
import { maskColumn, photosFolder, placeIn } from './photo-places.ts'
import { photoRows } from './photo-rows.ts'

/** A column to add to a table: a cell for each photo of the manifest, '' where it says nothing. */
export type AddedColumn =
  /** In place of what the table says of it, which is then called `…_before`. */
  | { readonly field: 'split' | 'fold'; readonly cells: readonly string[] }
  /** Where '' stands what the table says stays. */
  | {
      readonly field: 'flank' | 'flank_confidence' | 'flank_from'
      readonly cells: readonly string[]
      readonly fill: true
    }

/** A table that reads as its source did, and what is to be said when it is read. */
export interface SplitTable {
  /** The header first. */
  readonly rows: readonly (readonly Cell[])[]
  /** Options of the API, beside `data`, under which it gives the same photos, boxes, labels, encounters and flanks. */
  readonly options: Parameters<typeof optionText>[0]
  readonly warnings: readonly string[]
}

/**
 * The manifest's table with more columns. The rows and columns of a table that rosette read stay as they are written, also rows of no
 * photo; a column that held a field before is called `…_before`, unless it is filled in. Where more than the table says who is on the photos (a folder, an
 * export of another program, boxes of a detector, labels that were merged), it is a table of rosette's own: each photo as it was read.
 */
export function tableWith(
  manifest: Manifest,
  flags: DataFlags,
  added: readonly AddedColumn[],
  out: string,
): SplitTable {
  const path = changesReading(flags) ? undefined : tableOf(manifest)
  return path === undefined ? ownTable(manifest, flags, added, out) : asWritten(path, manifest, flags, added, out)
}

/** True where flags say more of the photos than which columns they stand in. */
function changesReading(flags: DataFlags): boolean {
  const { unidentified, mergeSimilarLabels, encounterGap, boxFormat, detections, masks } = flags
  const said = [unidentified, mergeSimilarLabels, encounterGap, boxFormat, detections, masks]
  return said.some((value) => value !== undefined)
}

function asWritten(
  path: string,
  manifest: Manifest,
  flags: DataFlags,
  added: readonly AddedColumn[],
  out: string,
): SplitTable {
  const { header, rows, numbers } = readTable(path)
  const photoOf = new Map(manifest.photos.map(({ row }, i) => [row, i]))
  let table: string[][] = [[...header], ...rows.map((row) => [...row])]
  for (const column of added) {
    const held = manifest.reading?.columns[column.field] ?? column.field
    const cells = Array.from(numbers, (number) => {
      const photo = photoOf.get(number)
      return photo === undefined ? '' : column.cells[photo]!
    })
    table = 'fill' in column ? filledIn(table, held, cells) : replacing(table, [held, column.field], cells)
  }
  const replaced = added.flatMap((column) => ('fill' in column ? [] : [column.field]))
  const columns = Object.fromEntries(
    Object.entries(columnsOf(flags)).flatMap(([field, column]) => {
      if (!replaced.some((own) => own === field)) return [[field, column]]
      return column === '-' ? [[field, field]] : [] // another column may hold it too
    }),
  )
  const folder = photosFolder(manifest) ?? flags.images ?? dirname(path)
  return {
    rows: table,
    options: { ...imagesFrom(folder, out), ...(Object.keys(columns).length === 0 ? {} : { columns }) },
    warnings: [],
  }
}

/** A last column of these cells, called by the last of the names; columns of these names get `_before` behind theirs. */
function replacing([header = [], ...rows]: string[][], names: readonly string[], cells: readonly string[]): string[][] {
  const others = header.map((name) => (names.includes(name) ? `${name}_before` : name))
  return [[...others, names.at(-1)!], ...rows.map((row, i) => [...row, cells[i]!])]
}

/** These cells in the column of that name, which is the last one where there is none such; where they say nothing, what stands there stays. */
function filledIn([header = [], ...rows]: string[][], name: string, cells: readonly string[]): string[][] {
  const at = header.indexOf(name)
  if (at === -1) return [[...header, name], ...rows.map((row, i) => [...row, cells[i]!])]
  return [header, ...rows.map((row, i) => (cells[i] === '' ? row : row.with(at, cells[i]!)))]
}

function ownTable(manifest: Manifest, flags: DataFlags, added: readonly AddedColumn[], out: string): SplitTable {
  const folder = photosFolder(manifest)
  const { root, nameOf } = placeIn(folder, manifest.photos)
  const last = added.filter((column) => !('fill' in column))
  const fill = added.filter((column) => 'fill' in column)
  const hasFold = last.some(({ field }) => field === 'fold')
  const photos = manifest.photos.map((photo, i): Photo => {
    const { fold, ...others } = photo
    const extra = Object.entries(photo.extra).map(([name, cell]) => [freeName(name), cell])
    const said = fill.map(({ field, cells }) => [field, cells[i] || photo.extra[field] || ''] as const)
    const flank = said.find(([field]) => field === 'flank')?.[1]
    return {
      ...others,
      ...(flank === undefined ? {} : { flank: flank || (photo.flank ?? '') }),
      ...(fold === undefined || hasFold ? {} : { fold }),
      filename: nameOf(photo.path, photo.filename),
      extra: Object.fromEntries([
        ...extra,
        ...(fold === undefined || !hasFold ? [] : [['fold_before', fold]]),
        ...(photo.proposed === true ? [['proposed', 'yes']] : []),
        ...said.filter(([field]) => field !== 'flank'),
      ]),
    }
  })
  const [header = [], ...rows] = photoRows(photos)
  const masks = maskColumn(manifest.photos, root)
  const ownMasks = flags.masks ?? columnsOf(flags).mask
  const names = masks.cells === undefined ? [] : ['mask']
  return {
    rows: [
      [...header, ...names, ...last.map(({ field }) => field)],
      ...rows.map((row, i) => [
        ...row,
        ...(masks.cells === undefined ? [] : [masks.cells[i]!]),
        ...last.map(({ cells }) => cells[i]!),
      ]),
    ],
    options: {
      ...imagesFrom(root, out),
      ...ownOptions(manifest, flags, added),
      ...(masks.elsewhere && ownMasks !== undefined ? { masks: ownMasks } : {}),
    },
    warnings: [
      ...masks.warnings,
      ...(masks.elsewhere && ownMasks === undefined
        ? ['the outlines that were found are not in the table: `rosette locate` writes them as a folder for `masks`']
        : []),
    ],
  }
}

/** What a table of rosette's own cannot say: that there are no encounters, and that a word for nobody is a name. */
function ownOptions({ photos }: Manifest, flags: DataFlags, added: readonly AddedColumn[]): SplitTable['options'] {
  const without = Object.entries(columnsOf(flags)).filter(
    ([field, column]) => column === '-' && added.every((own) => own.field !== field),
  )
  const gap = photos.every(({ encounter }) => encounter === undefined) ? flags.encounterGap : undefined
  return {
    ...(without.length === 0 ? {} : { columns: Object.fromEntries(without) }),
    ...(photos.some(({ identity }) => identity !== undefined && isUsualNobody(identity))
      ? { unidentified: { only: [] } }
      : {}),
    ...(gap === undefined ? {} : { encounterGapMinutes: `${gap}m` }),
  }
}

function columnsOf({ columns }: DataFlags): Readonly<Record<string, string>> {
  return columns === undefined ? {} : parseColumns(columns)
}

function imagesFrom(folder: string, out: string): SplitTable['options'] {
  return resolve(folder) === resolve(dirname(out)) ? {} : { images: folder }
}

/** A column of the source keeps its name unless it would be read in the place of rosette's own. */
function freeName(name: string): string {
  return isKnownColumn(name) ? `${name}_before` : name
}

/** The one file that lists the photos, a row each, and says all that is known of them; undefined where there is none such. */
function tableOf(manifest: Manifest): string | undefined {
  const { kind, source, photos, reading } = manifest
  if (kind !== 'csv' && kind !== 'kaggle') return undefined
  const stated = photos.some(({ encounter, derived = [] }) => encounter !== undefined && !derived.includes('encounter'))
  if (stated && reading?.columns.encounter === undefined) return undefined // a file beside the table has them
  const rows = new Set(photos.map(({ row }) => row))
  if (rows.size < photos.length || rows.has(undefined)) return undefined
  if (kind === 'csv') return source
  return photosFolder(manifest) === undefined ? undefined : join(source, 'train.csv')
}
