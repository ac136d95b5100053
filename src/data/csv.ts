import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { check, InputError, messageOf } from '../base/index.ts'
import { shortList } from './manifest.ts'

/** A CSV's cells, trimmed; `rows[i]` stands in row `numbers[i]` of the file, the header being row 1. */
export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly numbers: Int32Array
}

/**
 * Reads a CSV with a header, separated by commas, semicolons or tabs; a byte order mark and blank lines are passed over.
 * @throws InputError naming file and row where it is missing, empty, malformed, or a row has more or fewer cells than the header.
 */
export function readCsv(path: string): Table {
  const records = parseCsv(readText(path), path)
  const header = records[0]?.map((cell) => cell.trim())
  check(header !== undefined && header.some((cell) => cell !== ''), `${path}: no header row`)
  const twice = header.filter((name, i) => name !== '' && header.indexOf(name) !== i)
  check(twice.length === 0, `${path}: columns named twice: ${[...new Set(twice)].join(', ')}`)
  const rows: string[][] = []
  const numbers: number[] = []
  const uneven: string[] = []
  for (let i = 1; i < records.length; i++) {
    const record = records[i]!
    if (record.length === 1 && record[0]!.trim() === '') continue
    if (record.length !== header.length) uneven.push(`${i + 1} (${record.length})`)
    for (let c = 0; c < record.length; c++) record[c] = record[c]!.trim()
    rows.push(record)
    numbers.push(i + 1)
  }
  check(uneven.length === 0, `${path}: expected ${header.length} cells in each row, not so in row ${shortList(uneven)}`)
  return { header, rows, numbers: Int32Array.from(numbers) }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new InputError(missing ? `${path}: no such file` : `${path}: cannot be read (${messageOf(error)})`)
  }
}

/** Rows of any length: comparing them with the header here gives better words than the parser's. */
function parseCsv(text: string, path: string): string[][] {
  try {
    return parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
    })
  } catch (error) {
    throw new InputError(`${path}: not a CSV (${messageOf(error)})`)
  }
}

function delimiterOf(text: string): string {
  const line = text.slice(0, Math.max(0, text.search(/[\r\n]/)) || text.length)
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: line.split(mark).length }))
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).mark
}
