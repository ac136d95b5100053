import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Table } from './csv.ts'
import { joinedPath } from './joined-columns.ts'
import type { Photo, TableReading } from './manifest.ts'
import { isPhotoName } from './photo-names.ts'

/** Rows that tell whether columns joined are files, and columns that are tried as folders. */
const [probedRows, mostColumns] = [20, 30]

/** The columns of a photo's table, by their names there: also those that a field has. */
function cellsOf(photo: Photo, { columns }: Pick<TableReading, 'columns'>): ReadonlyMap<string, string> {
  const { identity, encounter, timestamp, flank, camera } = photo
  const fields = { identity, encounter, timestamp, flank, camera }
  const read = Object.entries(fields).flatMap(([field, value]) => {
    const column = columns[field]
    return column === undefined || value === undefined ? [] : [[column, value] as const]
  })
  return new Map([...Object.entries(photo.extra), ...read])
}

/** One column before the name, or two, the outer one first. */
function layoutsOf(columns: readonly string[]): string[][] {
  const tried = columns.slice(0, mostColumns)
  const pairs = tried.flatMap((outer) => tried.filter((inner) => inner !== outer).map((inner) => [outer, inner]))
  return [...tried.map((column) => [column]), ...pairs]
}

/** A table's column of names, the columns with their folders, and the folder that these start from. */
export interface JoinedPlace {
  /** As `columns` takes them: `Folder/Name`. */
  readonly filename: string
  readonly images: string
}

/**
 * Tests a file that has the name of some photos: whether other columns of theirs are its folders, for this photo and most of the others. Gives
 * those under which the photos are most files, by the names that they have in the table.
 */
export function joinedPlaces(
  photos: readonly Photo[],
  reading: Pick<TableReading, 'columns'>,
): (file: string, own: readonly Photo[]) => JoinedPlace | undefined {
  const name = reading.columns.filename
  const probed = photos.slice(0, probedRows).map((photo) => ({ photo, cells: cellsOf(photo, reading) }))
  const layouts = layoutsOf([...(probed[0]?.cells.keys() ?? [])])
  const pathIn = (layout: readonly string[], photo: Photo) => {
    const cells = cellsOf(photo, reading)
    return joinedPath([...layout.map((column) => cells.get(column) ?? ''), photo.filename])
  }
  return (file, own) => {
    if (name === undefined) return undefined
    const fitting = own.flatMap((photo) =>
      layouts.flatMap((layout) => {
        const path = pathIn(layout, photo)
        if (path === photo.filename || !file.endsWith(`/${path}`)) return []
        const images = file.slice(0, -path.length - 1)
        const there = probed.map((one) => join(images, pathIn(layout, one.photo))).filter((path) => existsSync(path))
        const place = { filename: [...layout, name].join('/'), images }
        return 2 * there.length > probed.length ? [{ place, files: new Set(there).size }] : []
      }),
    )
    const most = Math.max(...fitting.map(({ files }) => files))
    return fitting.find(({ files }) => files === most)?.place
  }
}

/** The columns of a table without a known name for them that seem to hold photos' names, with those of their folders: `Folder/Name`. */
export function likelyFileNames(table: Table, fileOf: (name: string) => string | undefined): string | undefined {
  const rows = table.rows.slice(0, probedRows)
  const most = (test: (cells: readonly string[]) => boolean) => 2 * rows.filter(test).length > rows.length
  const columns = table.header.map((_, column) => column)
  const names = columns.filter((column) => most((cells) => isPhotoName(cells[column]!)))
  const isThere = (layout: readonly number[]) =>
    most((cells) => fileOf(joinedPath(layout.map((column) => cells[column]!))) !== undefined)
  const layouts = names.flatMap((name) => [
    [name],
    ...columns.filter((c) => c !== name).map((folder) => [folder, name]),
  ])
  const found = layouts.find(isThere) ?? (names.length === 1 ? names : undefined)
  return found?.map((column) => table.header[column]!).join('/')
}
