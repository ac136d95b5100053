import { joinedPath, type Sheet, withPathColumn } from './joined-columns.ts'

/** Columns that hold a photo's folders, outermost first; its name is in the last. */
const layouts: readonly (readonly string[])[] = [
  ['relativepath', 'file'],
  ['rootfolder', 'relativepath', 'file'],
  ['folder', 'file'],
  ['file'],
]

/** Rows that are looked up: a folder that holds these holds the others. */
const probedRows = 20

/**
 * Timelapse writes a photo's folder into RelativePath (and RootFolder, or Folder) and its name into File: the layout under which
 * `exists` finds most photos, File alone among them, and RootFolder before what a user named. Where none is found, RelativePath and File.
 */
export function withTimelapsePaths(sheet: Sheet, exists: (name: string) => boolean): Sheet {
  const { table, mapping, notes } = sheet
  const lower = table.header.map((name) => name.toLowerCase())
  const named = mapping.filename?.toLowerCase()
  if (!lower.includes('file') || (named === undefined && lower.includes('filename'))) return sheet
  const possible = layouts
    .filter((names) => named === undefined || names.join('/').endsWith(named))
    .map((names) => names.map((name) => lower.indexOf(name)))
    .filter((columns) => !columns.includes(-1))
  if (possible.length <= 1) return sheet
  const found = possible.map(
    (columns) =>
      table.rows.slice(0, probedRows).filter((row) => exists(joinedPath(columns.map((c) => row[c]!)))).length,
  )
  const most = Math.max(...found)
  if (most === 0 && (named !== undefined || !lower.includes('relativepath'))) return sheet
  const best = possible[found.indexOf(most)]!
  const name = best.map((column) => table.header[column]!).join('/')
  if (best.length === 1 || name === mapping.filename) return sheet
  return {
    ...withPathColumn(sheet, name, best),
    mapping: { ...mapping, filename: name },
    notes: [...notes, `a table of Timelapse: file names are ${name}`],
  }
}
