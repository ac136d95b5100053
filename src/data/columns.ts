import { counted, InputError, nearest, optionText } from '../base/index.ts'
import { boxFields } from './box-columns.ts'
import { chooseColumn, columnOfFiles } from './choose-column.ts'
import { type ColumnNames, columnNames, type Field, keyOf } from './column-names.ts'
import type { Table } from './csv.ts'
import { likelyFileNames } from './joined-hint.ts'
import { shortList } from './manifest.ts'

/** In the order in which they are told. */
export const fields = Object.keys(columnNames) as Field[]
const mappable: readonly string[] = [...fields, ...boxFields, 'mask']

/** For each field its column's index. */
export type Columns = Readonly<Partial<Record<Field, number>>>

/** What `columns` says where a field has no column, though a column has its name. */
const noColumn = '-'

export interface FindOptions {
  /** Field → column, or `-` for none. */
  readonly mapping?: Readonly<Record<string, string>> | undefined
  /** The file that a name leads to, undefined where there is none: what tells the column of file names from others. */
  readonly fileOf?: ((name: string) => string | undefined) | undefined
  /** Columns that the file does not have, by their names: they were made of others, and no message calls them columns. */
  readonly made?: ReadonlyMap<string, unknown> | undefined
}

/**
 * Finds the columns: those that `mapping` names, and the others by their usual names, whatever their case, spaces and marks, and by
 * what is in them.
 * @throws InputError listing every unknown field and every mapped column that is missing, with the nearest name; and where several
 * columns could be meant.
 */
export function findColumns(where: string, table: Table, options: FindOptions = {}): Columns {
  const { mapping = {}, fileOf, made } = options
  const mistakes: string[] = []
  const columns: Partial<Record<Field, number>> = {}
  for (const [field, column] of Object.entries(mapping)) {
    const index = table.header.indexOf(column)
    if (!mappable.includes(field))
      mistakes.push(
        `no field '${field}'${meant(fieldCalled(field) ?? field, mappable)}; there are ${mappable.join(', ').replace('camera', 'camera (the station)')}`,
      )
    else if (index === -1 && column !== noColumn)
      mistakes.push(`no column '${column}' for ${field}${meant(column, writtenNames(table.header, made))}`)
    else if (index !== -1 && isField(field)) columns[field] = index
  }
  const taken = new Set(Object.values(mapping).map((column) => table.header.indexOf(column)))
  const open = mistakes.length > 0 ? [] : fields.filter((field) => !(field in mapping))
  for (const field of open) {
    const choice =
      field === 'filename' && fileOf !== undefined
        ? columnOfFiles(table, taken, fileOf)
        : chooseColumn(field, table, taken)
    if (choice === undefined) continue
    if ('between' in choice) throw question(where, field, table, choice.between)
    columns[field] = choice.column
    taken.add(choice.column)
  }
  if (open.includes('filename') && columns.filename === undefined) mistakes.push('no column of file names')
  if (mistakes.length > 0) {
    throw new InputError(
      `${where}: ${mistakes.join(`\n${where}: `)}`,
      headerHint(table) ??
        `its columns are ${writtenNames(table.header, made).join(', ')}; name them with ${optionText({ columns: { filename: namesOfFiles(table, options), identity: '…' } })}`,
    )
  }
  return columns
}

const nowhere = () => undefined

/** The columns that the file has. */
export function writtenNames(header: readonly string[], made: FindOptions['made'] = new Map()): string[] {
  return header.filter((name) => !made.has(name))
}

/** What a hint calls the column of file names: as it was said, where it is there; else the likely one. */
function namesOfFiles(table: Table, { mapping = {}, fileOf = nowhere }: FindOptions): string {
  const { filename } = mapping
  return filename !== undefined && table.header.includes(filename) ? filename : (likelyFileNames(table, fileOf) ?? '…')
}

/** How far down a header is looked for. */
const probedRows = 10

/** Where the first row is no header: it is a photo's, or a row below has names of columns. */
function headerHint({ header, rows, numbers }: Table): string | undefined {
  if (header.some((cell) => /\.(jpe?g|png|tiff?|webp)$/i.test(cell)))
    return 'its first row is a photo: put a header above it, as in filename,identity'
  const names: readonly string[] = columnNames.filename.usual
  const row = rows.slice(0, probedRows).findIndex((cells) => cells.some((cell) => names.includes(keyOf(cell))))
  return row === -1 ? undefined : `row ${numbers[row]} looks like the header: remove what stands above it`
}

function question(where: string, field: Field, { header, rows }: Table, between: readonly number[]): InputError {
  const told = between.map((column) => {
    const values = [...new Set(rows.map((cells) => cells[column]!).filter((cell) => cell !== ''))]
    return `'${header[column]}' (${counted(values.length, 'value')}: ${shortList(values, 3)})`
  })
  return new InputError(
    `${where}: ${counted(told.length, 'column')} could be the ${field}: ${told.join('; ')}`,
    `say which: ${between.map((column) => optionText({ columns: { [field]: header[column]! } })).join(' or ')}`,
  )
}

function isField(field: string): field is Field {
  return Object.hasOwn(columnNames, field)
}

/** The field that a word is a usual name of: `individual` is the identity. */
function fieldCalled(word: string): Field | undefined {
  return fields.find((field) => {
    const { usual, doubtful = [] }: ColumnNames = columnNames[field]
    return [...usual, ...doubtful].includes(keyOf(word))
  })
}

function meant(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates)
  return near === undefined ? '' : ` (did you mean '${near}'?)`
}
