import type { Table } from './csv.ts'

/** A column that no file has: what it was made of. */
export interface MadeColumn {
  /** For people: `RelativePath/File`. */
  readonly told: string
  /** The columns of the file that it was made of. */
  readonly sources: readonly string[]
}

/** A table and the fields of its columns, as a user named them or as a known export has them. */
export interface Sheet {
  readonly table: Table
  readonly mapping: Readonly<Record<string, string>>
  /** By its name in the table. */
  readonly made: ReadonlyMap<string, MadeColumn>
  /** What was recognised, a line each. */
  readonly notes: readonly string[]
}

/** Folders and a name as one path; empty where the name is. */
export function joinedPath(cells: readonly string[]): string {
  if (cells.at(-1) === '') return ''
  const parts = cells.map((cell, i) => {
    const path = cell.replaceAll('\\', '/').replace(/\/+$/, '')
    return i === 0 ? path : path.replace(/^(\.?\/)+/, '')
  })
  return parts.filter((part) => part !== '' && part !== '.').join('/')
}

/** A sheet with one more column, of the folders and the name in these columns. */
export function withPathColumn(sheet: Sheet, name: string, columns: readonly number[]): Sheet {
  const { table, made } = sheet
  return {
    ...sheet,
    table: {
      ...table,
      header: [...table.header, name],
      rows: table.rows.map((row) => [...row, joinedPath(columns.map((column) => row[column]!))]),
    },
    made: new Map([...made, [name, { told: name, sources: columns.map((column) => table.header[column]!) }]]),
  }
}

/** A mapping that joins columns, as `filename=RelativePath/File`, gets a column of theirs; a column of that very name wins. */
export function withJoinedColumns(sheet: Sheet): Sheet {
  let whole = sheet
  for (const joined of new Set(Object.values(sheet.mapping))) {
    const { header } = whole.table
    if (!joined.includes('/') || header.includes(joined)) continue
    const parts = joined.split('/').map((name) => header.indexOf(name.trim()))
    if (parts.includes(-1)) continue // findColumns says that there is no such column
    whole = withPathColumn(whole, joined, parts)
  }
  return whole
}
