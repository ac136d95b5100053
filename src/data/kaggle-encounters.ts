import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { counted, optionText } from '../base/index.ts'
import { chooseColumn } from './choose-column.ts'
import type { Field } from './column-names.ts'
import { readTable, type Table } from './csv.ts'
import type { Listed } from './csv-dataset.ts'
import { type Photo, type Problem, shortList } from './manifest.ts'

/** What the table of the training photos' encounters is called; the first that is there is read. */
const tableNames = ['train_encounters.csv', 'train_sightings.csv'] as const

/** Photos with the encounters of a table of their own, and what it is called. */
export interface WithEncounterTable extends Listed {
  readonly encountersFrom?: string | undefined
}

/** An encounter, as a row of the table says it. */
interface Entry {
  readonly encounter: string
  readonly row: number
}

/**
 * The training photos of a Kaggle folder with the encounters that a table beside `train.csv` states, by file name. Where `train.csv` has
 * encounters, or a column or `-` was named for them, the table is not read; nor are its encounters taken where each individual has one.
 * @throws InputError where it cannot be read as a table.
 */
export function withEncounterTable(
  listed: Listed,
  folder: string,
  columns: Readonly<Record<string, string>> = {},
): WithEncounterTable {
  const name = tableNames.find((one) => existsSync(join(folder, one)))
  if (name === undefined || 'encounter' in columns || listed.reading?.columns.encounter !== undefined) return listed
  const table = readTable(join(folder, name))
  const [files, encounters] = [columnOf('filename', table), columnOf('encounter', table)]
  if (typeof files === 'string' || typeof encounters === 'string') {
    const missing = [files, encounters].filter((one) => typeof one === 'string')
    return { ...listed, warnings: [...listed.warnings, `${name} is not used: ${missing.join(', and ')}`] }
  }
  const { entries, problems } = entriesOf(table, name, { files, encounters })
  const photos = listed.photos.map((photo): Photo => {
    const entry = entries.get(photo.filename)
    return entry === undefined ? photo : { ...photo, encounter: entry.encounter }
  })
  const told = {
    ...listed,
    problems: [...listed.problems, ...problems],
    warnings: [...listed.warnings, ...unmatched(listed.photos, entries, name)],
  }
  if (tellsApart(photos)) return { ...told, photos, encountersFrom: `from ${name}` }
  const fits = listed.photos.some(({ filename }) => entries.has(filename))
  const why = fits ? 'by it each individual was seen only once' : 'none of its rows names a photo of train.csv'
  const note = `no encounters are taken from ${name}: ${why}`
  return { ...told, notes: [...listed.notes, note] }
}

/** Whether an individual was seen twice: otherwise no photo could be compared with another of its individual. */
function tellsApart(photos: readonly Photo[]): boolean {
  const first = new Map<string, string>()
  return photos.some(({ identity, encounter }) => {
    if (identity === undefined || encounter === undefined) return false
    const earlier = first.get(identity)
    if (earlier === undefined) first.set(identity, encounter)
    return earlier !== undefined && earlier !== encounter
  })
}

/** The column of a field, or why there is none. */
function columnOf(field: Field, table: Table): number | string {
  const choice = chooseColumn(field, table, new Set())
  if (choice === undefined)
    return `no column of ${field === 'filename' ? 'file names' : 'encounters'} (its columns are ${table.header.join(', ')})`
  if ('column' in choice) return choice.column
  return `${choice.between.map((column) => `'${table.header[column]}'`).join(' and ')} could be the ${field}`
}

/** Encounters by file name; a photo with two is a mistake. */
function entriesOf(
  table: Table,
  name: string,
  { files, encounters }: { readonly files: number; readonly encounters: number },
): { readonly entries: ReadonlyMap<string, Entry>; readonly problems: readonly Problem[] } {
  const entries = new Map<string, Entry>()
  const problems: Problem[] = []
  table.rows.forEach((cells, i) => {
    const row = table.numbers[i]!
    const file = cells[files]!.replaceAll('\\', '/')
    const encounter = cells[encounters]!
    const earlier = entries.get(file)
    if (earlier === undefined) entries.set(file, { encounter, row })
    else if (earlier.encounter !== encounter)
      problems.push({
        where: `${name} row ${row} '${file}'`,
        what: `one photo of two encounters, '${encounter}' here and '${earlier.encounter}' in row ${earlier.row}`,
        hint: `correct ${basename(name)}, or take no encounters with ${optionText({ columns: { encounter: '-' } })}`,
      })
  })
  return { entries, problems }
}

/** Photos that the table leaves out, and rows of it that are no training photo's. */
function unmatched(photos: readonly Photo[], entries: ReadonlyMap<string, Entry>, name: string): string[] {
  const listed = new Set(photos.map(({ filename }) => filename))
  const left = photos.filter(({ filename }) => !entries.has(filename)).map(({ filename }) => filename)
  const others = [...entries.keys()].filter((file) => !listed.has(file))
  return [
    ...(left.length === 0
      ? []
      : [`${name} has no row for ${counted(left.length, 'photo')} of train.csv: ${shortList(left, 3)}`]),
    ...(others.length === 0
      ? []
      : [
          `${name}: ${counted(others.length, 'row names', 'rows name')} no photo of train.csv: ${shortList(others, 3)}`,
        ]),
  ]
}
