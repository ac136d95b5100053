import { isUtf8 } from 'node:buffer'
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
 * Reads a CSV with a header, separated by commas, semicolons or tabs: UTF-8, or UTF-16 with a byte order mark; blank lines are
 * passed over.
 * @throws InputError naming file and row where it is missing, empty, malformed, of another encoding, or a row has more or fewer
 * cells than the header.
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
    return decodeText(readFileSync(path), path)
  } catch (error) {
    if (error instanceof InputError) throw error
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new InputError(missing ? `${path}: no such file` : `${path}: cannot be read (${messageOf(error)})`)
  }
}

const encodingHint = 'save the table as CSV UTF-8'

/** Letters of another encoding would become U+FFFD, and José and Josè one individual: they are refused. */
function decodeText(bytes: Uint8Array, path: string): string {
  const [first, second] = bytes
  const bigEndian = first === 0xfe && second === 0xff
  const encoding = first === 0xff && second === 0xfe ? 'utf-16le' : bigEndian ? 'utf-16be' : 'utf-8'
  let text = ''
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    const where = encoding === 'utf-8' ? `${path}: line ${firstForeignLine(bytes)}` : path
    throw new InputError(`${where}: expected ${encoding.toUpperCase()}, got letters of another encoding`, encodingHint)
  }
  check(!text.includes('\0'), `${path}: expected text, got bytes of 0, as in UTF-16 without its mark`, encodingHint)
  return text
}

/** From 1. Line ends are the same bytes in UTF-8 and in what it is mistaken for. */
function firstForeignLine(bytes: Uint8Array): number {
  const lines = Buffer.from(bytes)
    .toString('latin1')
    .split(/\r\n|\n|\r/)
  return lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1'))) + 1
}

/** Rows of any length: comparing them with the header here gives better words than the parser's. */
function parseCsv(text: string, path: string): string[][] {
  try {
    return parse(text, {
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
