import { counted } from '../base/index.ts'
import type { Table } from './csv.ts'
import { isDateWithoutDay } from './date-names.ts'
import type { MadeColumn, Sheet } from './joined-columns.ts'
import { monthOf, readTimes } from './timestamps.ts'

const mediaAsset = /^encounter\.mediaasset\d+$/i

/** True for a column of a bulk sheet that holds photos. */
export function isMediaAsset(name: string): boolean {
  return mediaAsset.test(name)
}

/** Wildbook's columns for the fields of a photo, the first found winning. */
const identityColumns = [
  'markedindividual.individualid',
  'encounter.individualid',
  'markedindividual.name',
  'markedindividual.nickname',
]
const encounterColumns = [
  'sighting.sightingid',
  'encounter.sightingid',
  'occurrence.occurrenceid',
  'encounter.occurrenceid',
]

/**
 * Wildbook's bulk sheet has a row for each animal seen, its photos in `Encounter.mediaAsset0` and on: here a row for each photo. Photos
 * of one row are of one encounter, also where no sighting is written.
 */
export function withWildbookPhotos(sheet: Sheet): Sheet {
  const { table, mapping, notes } = sheet
  const assets = table.header.flatMap((name, i) => (isMediaAsset(name) ? [i] : []))
  if (assets.length === 0 || 'filename' in mapping) return sheet
  const lower = table.header.map((name) => name.toLowerCase())
  const first = (names: readonly string[]) => names.map((name) => lower.indexOf(name)).find((i) => i !== -1)
  const identity = first(identityColumns)
  const sighting = first(encounterColumns)
  const dates = ['year', 'month', 'day'].map((part) => lower.indexOf(`encounter.${part}`))
  const isDated = dates[0] !== -1
  const namesOf = (columns: readonly number[]) =>
    columns.filter((column) => column !== -1).map((column) => table.header[column]!)
  const others = table.header.flatMap((_, i) => (assets.includes(i) ? [] : [i]))
  const photos = table.rows.flatMap((row, i) => {
    const number = table.numbers[i]!
    const encounter = (sighting === undefined ? '' : row[sighting]!) || `row ${number}`
    const date = isDated ? [dateOf(dates.map((column) => row[column] ?? ''))] : []
    const names = assets.map((column) => row[column]!).filter((name) => name !== '')
    return names.map((name) => ({ number, cells: [name, encounter, ...date, ...others.map((column) => row[column]!)] }))
  })
  const told = `a bulk sheet of Wildbook: ${counted(photos.length, 'photo')} in ${counted(table.rows.length, 'row')}`
  return {
    table: {
      header: ['photo', 'encounter', ...(isDated ? ['date'] : []), ...others.map((column) => table.header[column]!)],
      rows: photos.map(({ cells }) => cells),
      numbers: Int32Array.from(photos, ({ number }) => number),
    },
    mapping: {
      filename: 'photo',
      encounter: 'encounter',
      ...(isDated ? { timestamp: 'date' } : {}),
      ...(identity === undefined ? {} : { identity: table.header[identity]! }),
      ...mapping,
    },
    made: new Map([
      ...sheet.made,
      ['photo', { told: rangeOf(namesOf(assets)), sources: namesOf(assets) }],
      ['encounter', encounterColumn(table, sighting)],
      ...(isDated ? [['date', { told: namesOf(dates).join('/'), sources: namesOf(dates) }] as const] : []),
    ]),
    notes: [...notes, told],
  }
}

/** `Encounter.mediaAsset0 to Encounter.mediaAsset9`, or the one that there is. */
function rangeOf(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names[0]} to ${names.at(-1)}`
}

/** The column of sightings, and the row where it is empty or not there. */
function encounterColumn({ header, rows }: Table, sighting: number | undefined): MadeColumn {
  if (sighting === undefined) return { told: 'row', sources: [] }
  const name = header[sighting]!
  const filled = rows.every((cells) => cells[sighting] !== '')
  return { told: filled ? name : `${name} or row`, sources: [name] }
}

/**
 * `2024-05-01`, as far as it is known: month or day are not where they are empty, or 0. A spreadsheet may write 5 as `5.0`, a person a month by its
 * name. What is no date stays as the cells have it.
 */
function dateOf(written: readonly string[]): string {
  const parts = written.map((part) => part.replace(/[.,]0+$/, ''))
  const missing = parts.findIndex((part) => /^0*$/.test(part))
  const known = missing === -1 ? parts : parts.slice(0, missing)
  const date = known.map((part, i) => (i === 1 ? monthNumber(part) : part).padStart(2, '0')).join('-')
  const isDate = date === '' || isDateWithoutDay(date) || readTimes([date]).unread.length === 0
  return isDate ? date : written.slice(0, known.length).join('/')
}

/** `5` of `May`; what is no month's name as it is. */
function monthNumber(written: string): string {
  return /^\p{L}{3,}\.?$/u.test(written) ? String(monthOf(written) ?? written) : written
}
