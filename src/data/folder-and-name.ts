import { columnNames, keyOf } from './column-names.ts'
import { joinedPath, type Sheet, withPathColumn } from './joined-columns.ts'

const folderColumns: ReadonlySet<string> = new Set(
  'directory dir dirname folder folderpath foldername subfolder subfolders carpeta pasta dossier ordner map'.split(' '),
)

/** Rows that are looked up: a folder that holds these holds the others. */
const probedRows = 20

/**
 * A photo's folder in one column and its name in another, as camtrapR (Directory, FileName) and ExifTool write them, are its path: where
 * files lie there and not under the names alone. Where no file is found either way, only if names repeat and paths do not.
 */
export function withFolderAndName(sheet: Sheet, exists: (name: string) => boolean): Sheet {
  const { table, mapping, notes } = sheet
  if ('filename' in mapping) return sheet
  const keys = table.header.map(keyOf)
  const names: readonly string[] = columnNames.filename.usual
  const folder = keys.findIndex((key) => folderColumns.has(key))
  const candidates = keys.flatMap((key, column) => (names.includes(key) ? [column] : []))
  if (folder === -1 || candidates.length === 0) return sheet
  const rows = table.rows.slice(0, probedRows)
  const found = (nameOf: (row: readonly string[]) => string) => rows.filter((row) => exists(nameOf(row))).length
  const alone = Math.max(...candidates.map((column) => found((row) => row[column]!)))
  const joined = candidates.map((column) => ({
    column,
    path: (row: readonly string[]) => joinedPath([row[folder]!, row[column]!]),
  }))
  const best = joined.find(({ path }) => found(path) > alone)
  const unseen =
    alone > 0
      ? undefined
      : joined.find(({ column, path }) => repeats(table.rows, (row) => row[column]!) && !repeats(table.rows, path))
  const taken = best ?? unseen
  if (taken === undefined) return sheet
  const name = `${table.header[folder]}/${table.header[taken.column]}`
  return {
    ...withPathColumn(sheet, name, [folder, taken.column]),
    mapping: { ...mapping, filename: name },
    notes: [...notes, `file names are ${name}`],
  }
}

function repeats(rows: readonly (readonly string[])[], nameOf: (row: readonly string[]) => string): boolean {
  const names = rows.map(nameOf).filter((name) => name !== '')
  return new Set(names).size < names.length
}
