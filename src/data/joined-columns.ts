import type { Table } from './csv.ts'

/** A table and the fields of its columns, as a user named them or as a known export has them. */
export interface Sheet {
  readonly table: Table
  readonly mapping: Readonly<Record<string, string>>
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

/** A table with one more column. */
export function withColumn(table: Table, name: string, cell: (row: readonly string[], i: number) => string): Table {
  return { ...table, header: [...table.header, name], rows: table.rows.map((row, i) => [...row, cell(row, i)]) }
}

/** A mapping that joins columns, as `filename=RelativePath/File`, gets a column of theirs; a column of that very name wins. */
export function withJoinedColumns(sheet: Sheet): Sheet {
  let { table } = sheet
  for (const joined of new Set(Object.values(sheet.mapping))) {
    if (!joined.includes('/') || table.header.includes(joined)) continue
    const parts = joined.split('/').map((name) => table.header.indexOf(name.trim()))
    if (parts.includes(-1)) continue // findColumns says that there is no such column
    table = withColumn(table, joined, (row) => joinedPath(parts.map((part) => row[part]!)))
  }
  return { ...sheet, table }
}
