import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { check, resolveInside } from '../base/index.ts'
import { readTable } from './csv.ts'
import { readJsonFile } from './json-file.ts'

/** A row of a table, by its columns' names; a column that is not there is undefined. */
export interface CamtrapRecord {
  readonly cells: Readonly<Record<string, string | undefined>>
  readonly row: number
}

/** A table of a package. */
export interface CamtrapTable {
  readonly records: readonly CamtrapRecord[]
  /** A column's name of Camtrap-DP's version 1 → as the table writes it. */
  readonly written: ReadonlyMap<string, string>
}

const packageSchema = z.object({
  resources: z.array(z.object({ name: z.string(), path: z.union([z.string(), z.array(z.string()).min(1)]).nullish() })),
})

type TableName = 'media' | 'observations' | 'deployments'

/** The tables of a Camtrap-DP package: those that its datapackage.json names, else those of the usual names. */
export function camtrapTables(folder: string): Partial<Record<TableName, string>> {
  const description = join(folder, 'datapackage.json')
  const described = existsSync(description) ? readJsonFile(description, packageSchema, 'a data package').resources : []
  const tables = (['media', 'observations', 'deployments'] as const).flatMap((name) => {
    const path = described.find((resource) => resource.name === name)?.path ?? `${name}.csv`
    const file = resolveInside(folder, typeof path === 'string' ? path : path[0]!, description)
    return existsSync(file) ? [[name, file] as const] : []
  })
  return Object.fromEntries(tables)
}

/** The rows of a table. @throws InputError where it is packed, or `key` is none of its columns. */
export function readRecords(path: string, key: string): CamtrapTable {
  check(
    !/\.(gz|zip)$/i.test(path),
    `${path}: expected a CSV, got a packed file`,
    'unpack it, and name the CSV in datapackage.json',
  )
  const { header, rows, numbers } = readTable(path)
  const names = header.map(presentName)
  check(names.includes(key), `${path}: no column ${key}, expected a table of Camtrap-DP`)
  const records = rows.map((row, i) => ({
    cells: Object.fromEntries(names.map((name, c) => [name, row[c]!])),
    row: numbers[i]!,
  }))
  return { records, written: new Map(names.map((name, c) => [name, header[c]!])) }
}

/** Before its version 1 Camtrap-DP wrote `media_id` for `mediaID`, and called events sequences. */
function presentName(column: string): string {
  if (column === 'sequence_id') return 'eventID'
  return column.replace(/_id$/, 'ID').replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
