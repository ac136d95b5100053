import { keyOf } from './column-names.ts'
import type { Sheet } from './joined-columns.ts'

const [dates, times] = [
  ['date', 'fecha', 'data', 'datum', 'capturedate', 'datetaken', 'eventdate', 'observationdate', 'photodate'],
  ['time', 'hora', 'heure', 'zeit', 'uhrzeit', 'tijd', 'timetaken', 'eventtime', 'observationtime', 'phototime'],
]

const clock = /^\d{1,2}[:.hH]\d{2}\b/

/** Whole times, which make a column of days and one of hours unneeded. */
const whole: ReadonlySet<string> = new Set([
  'timestamp',
  'datetime',
  'datetimeoriginal',
  'fechahora',
  'datahora',
  'capturetime',
])

/**
 * A day in one column and the time of day in another, as camtrapR and older Timelapse write them, are one time. Only where every row
 * that has a day has a time of day too: otherwise photos of one day would lie apart by what nobody wrote.
 */
export function withDateAndTime(sheet: Sheet): Sheet {
  const { table, mapping, made } = sheet
  const keys = table.header.map(keyOf)
  const [date, time] = [dates, times].map((names) => keys.findIndex((key) => names.includes(key)))
  if (date === undefined || time === undefined || date === -1 || time === -1) return sheet
  if ('timestamp' in mapping || keys.some((key) => whole.has(key))) return sheet
  const isOneTime = table.rows.every(
    (row) => row[date] === '' || (clock.test(row[time]!) && !/\d[:hH]\d/.test(row[date]!)),
  )
  if (!isOneTime) return sheet
  const name = `${table.header[date]} ${table.header[time]}`
  if (table.header.includes(name)) return sheet
  const cells = (row: readonly string[]) => (row[date] === '' ? '' : `${row[date]} ${row[time]}`)
  return {
    ...sheet,
    table: { ...table, header: [...table.header, name], rows: table.rows.map((row) => [...row, cells(row)]) },
    mapping: { ...mapping, timestamp: name },
    made: new Map([...made, [name, { told: name, sources: [table.header[date]!, table.header[time]!] }]]),
  }
}
