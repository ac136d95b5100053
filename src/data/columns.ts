import { InputError, nearest } from '../base/index.ts'
import { boxFields } from './box-columns.ts'
import type { Table } from './csv.ts'

/** What rosette knows to do with a column, and the names it goes by, the first found winning. */
const fieldNames = {
  filename: ['filename', 'file_name', 'file', 'path', 'image', 'image_path', 'photo'],
  identity: ['identity', 'ground_truth', 'individual', 'individual_id', 'name', 'label'],
  encounter: ['encounter', 'encounter_id', 'sighting', 'sighting_id'],
  timestamp: ['timestamp', 'datetime', 'date'],
  flank: ['flank', 'side', 'viewpoint'],
  camera: ['camera', 'camera_id', 'station'],
} as const satisfies Record<string, readonly string[]>

/** A field of a photo that a CSV's column can hold; those of a box are found by `findBoxColumns`. */
export type Field = keyof typeof fieldNames

const fields = Object.keys(fieldNames) as Field[]
const mappable: readonly string[] = [...fields, ...boxFields]

/** For each field its column's index. */
export type Columns = Readonly<Partial<Record<Field, number>>>

/**
 * Finds the columns: those that `mapping` (field → column) names, and the others by their usual names, in any case of letters.
 * @throws InputError listing every unknown field and every mapped column that is missing, with the nearest name.
 */
export function findColumns(where: string, table: Table, mapping: Readonly<Record<string, string>> = {}): Columns {
  const mistakes: string[] = []
  const columns: Partial<Record<Field, number>> = {}
  const lower = table.header.map((name) => name.toLowerCase())
  for (const [field, column] of Object.entries(mapping)) {
    const index = table.header.indexOf(column)
    if (!mappable.includes(field))
      mistakes.push(`no field '${field}'${meant(field, mappable)}; there are ${mappable.join(', ')}`)
    else if (index === -1) mistakes.push(`no column '${column}' for ${field}${meant(column, table.header)}`)
    else if (isField(field)) columns[field] = index
  }
  const taken = new Set(Object.values(mapping).map((column) => table.header.indexOf(column)))
  for (const field of fields) {
    if (field in mapping) continue
    const index = fieldNames[field].map((name) => lower.indexOf(name)).find((i) => i !== -1 && !taken.has(i))
    if (index !== undefined) columns[field] = index
  }
  if (columns.filename === undefined && !('filename' in mapping)) mistakes.push('no column of file names')
  if (mistakes.length > 0) {
    throw new InputError(
      `${where}: ${mistakes.join(`\n${where}: `)}`,
      `its columns are ${table.header.join(', ')}; name them with --columns filename=…,identity=…`,
    )
  }
  return columns
}

function isField(field: string): field is Field {
  return Object.hasOwn(fieldNames, field)
}

function meant(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates)
  return near === undefined ? '' : ` (did you mean '${near}'?)`
}
