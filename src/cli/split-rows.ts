import { dirname, join, resolve } from 'node:path'
import type { Cell, optionText } from '../base/index.ts'
import { isKnownColumn, isUsualNobody, type Manifest, type Photo, readTable } from '../data/index.ts'
import { parseColumns } from './columns.ts'
import type { DataFlags } from './options.ts'
import { photoRows } from './photo-rows.ts'
import { maskColumn, photosFolder, placeIn } from './split-places.ts'

/** A column to add to a table: a cell for each photo of the manifest, '' where it says nothing. */
export interface AddedColumn {
  readonly field: 'split' | 'fold'
  readonly cells: readonly string[]
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
 * The manifest's table with one more column. The rows and columns of a table that rosette read stay as they are written, also rows of no
 * photo; a column that held the field before is called `…_before`. Where more than the table says who is on the photos (a folder, an
 * export of another program, boxes of a detector, labels that were merged), it is a table of rosette's own: each photo as it was read.
 */
export function splitTable(manifest: Manifest, flags: DataFlags, added: AddedColumn, out: string): SplitTable {
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
  { field, cells }: AddedColumn,
  out: string,
): SplitTable {
  const { header, rows, numbers } = readTable(path)
  const cellOf = new Map(manifest.photos.map(({ row }, i) => [row, cells[i]!]))
  const old = [manifest.reading?.columns[field], field]
  const names = header.map((name) => (old.includes(name) ? `${name}_before` : name))
  const { [field]: _, ...columns } = columnsOf(flags)
  const folder = photosFolder(manifest) ?? flags.images ?? dirname(path)
  return {
    rows: [[...names, field], ...rows.map((row, i) => [...row, cellOf.get(numbers[i]!) ?? ''])],
    options: { ...imagesFrom(folder, out), ...(Object.keys(columns).length === 0 ? {} : { columns }) },
    warnings: [],
  }
}

function ownTable(manifest: Manifest, flags: DataFlags, { field, cells }: AddedColumn, out: string): SplitTable {
  const folder = photosFolder(manifest)
  const { root, nameOf } = placeIn(folder, manifest.photos)
  const photos = manifest.photos.map((photo): Photo => {
    const { fold, ...others } = photo
    return {
      ...others,
      ...(fold === undefined || field === 'fold' ? {} : { fold }),
      filename: nameOf(photo.path, photo.filename),
      extra: {
        ...Object.fromEntries(Object.entries(photo.extra).map(([name, cell]) => [freeName(name), cell])),
        ...(fold === undefined || field !== 'fold' ? {} : { fold_before: fold }),
        ...(photo.proposed === true ? { proposed: 'yes' } : {}),
      },
    }
  })
  const [header = [], ...rows] = photoRows(photos)
  const masks = maskColumn(manifest.photos, root)
  const names = masks.cells === undefined ? [] : ['mask']
  return {
    rows: [
      [...header, ...names, field],
      ...rows.map((row, i) => [...row, ...(masks.cells === undefined ? [] : [masks.cells[i]!]), cells[i]!]),
    ],
    options: {
      ...imagesFrom(root, out),
      ...ownOptions(manifest, flags),
      ...(masks.elsewhere ? { masks: flags.masks ?? columnsOf(flags).mask } : {}),
    },
    warnings: masks.warnings,
  }
}

/** What a table of rosette's own cannot say: that there are no encounters, and that a word for nobody is a name. */
function ownOptions({ photos }: Manifest, flags: DataFlags): SplitTable['options'] {
  const without = Object.entries(columnsOf(flags)).filter(([, column]) => column === '-')
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

/** The one file that lists the photos, a row each; undefined where there is none such. */
function tableOf(manifest: Manifest): string | undefined {
  const { kind, source, photos } = manifest
  if (kind !== 'csv' && kind !== 'kaggle') return undefined
  const rows = new Set(photos.map(({ row }) => row))
  if (rows.size < photos.length || rows.has(undefined)) return undefined
  if (kind === 'csv') return source
  return photosFolder(manifest) === undefined ? undefined : join(source, 'train.csv')
}
