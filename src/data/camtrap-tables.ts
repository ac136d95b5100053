import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { resolveInside } from '../base/index.ts'
import { readTable } from './csv.ts'
import { readJsonFile } from './json-file.ts'

/** A row of a table, by its columns' names; a column that is not there is undefined. */
export interface CamtrapRecord {
  readonly cells: Readonly<Record<string, string | undefined>>
  readonly row: number
}

const packageSchema = z.object({
  resources: z.array(z.object({ name: z.string(), path: z.union([z.string(), z.array(z.string())]).nullish() })),
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

export function readRecords(path: string): CamtrapRecord[] {
  const { header, rows, numbers } = readTable(path)
  return rows.map((row, i) => ({
    cells: Object.fromEntries(header.map((name, c) => [name, row[c]!])),
    row: numbers[i]!,
  }))
}
