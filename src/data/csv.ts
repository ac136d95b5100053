import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'
import { check, counted, InputError, messageOf, readRegular } from '../base/index.ts'
import { shortList } from './manifest.ts'
import { headerLine, isBlank, isSeparatorLine, likelySeparator, separatorName, separatorOf } from './separator.ts'

/** A CSV's cells, trimmed; `rows[i]` stands in row `numbers[i]` of the file, its first row being 1. */
export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly numbers: Int32Array
  /** For each column in how many rows spaces were taken from around its cell. */
  readonly padded?: Int32Array | undefined
}

/**
 * Reads a CSV with a header, separated by commas, semicolons, tabs or `|`, or by what a first line `sep=…` says: UTF-8, or UTF-16 with a
 * byte order mark. Rows without a letter in them are passed over, wherever they stand and however many separators they have.
 * @throws InputError naming file and row where it is missing, empty, malformed, of another encoding, or a row has more or fewer
 * cells than the header.
 */
export function readTable(path: string): Table {
  const written = parseCsv(readText(path), path)
  const records = written.map((cells) => cells.map((cell) => cell.trim()))
  const first = records.findIndex((cells) => !isBlank(cells))
  const top = records.findIndex((cells, i) => !isBlank(cells) && !(i === first && isSeparatorLine(cells)))
  check(top !== -1, `${path}: no header row`)
  const header = records[top]!
  const twice = header.filter((name, i) => name !== '' && header.indexOf(name) !== i)
  check(twice.length === 0, `${path}: columns named twice: ${[...new Set(twice)].join(', ')}`)
  const named = header.findLastIndex((name) => name !== '') + 1
  const rows: string[][] = []
  const numbers: number[] = []
  const uneven: string[] = []
  const padded = new Int32Array(header.length)
  let short = false
  for (let i = top + 1; i < records.length; i++) {
    const record = records[i]!
    if (isBlank(record)) continue
    const cells = fitted(record, header.length, named)
    if (cells === undefined) uneven.push(`${i + 1} (${record.length})`)
    short ||= record.length < header.length
    rows.push(cells ?? record)
    for (let c = 0; c < header.length; c++) if (written[i]![c] !== records[i]![c]) padded[c]!++
    numbers.push(i + 1)
  }
  check(
    uneven.length === 0,
    `${path}: expected ${counted(header.length, 'cell')} in each row, got another number in row ${shortList(uneven)}`,
    unevenHint(records.slice(top, top + probedRows)) ??
      (short
        ? 'a spreadsheet leaves out empty cells at the end of a row: move the last column to the front'
        : undefined),
  )
  return { header, rows, numbers: Int32Array.from(numbers), padded }
}

/** Rows that tell why none has the header's length. */
const probedRows = 20

const rowNames =
  'the header has a cell less than the rows: names of rows, as R writes them? leave them out (row.names = FALSE), or put a comma before the header'

/** Where the rows agree with each other and not with the header: other separators, or a title above the header. */
function unevenHint([header = [], ...others]: readonly (readonly string[])[]): string | undefined {
  const rows = others.filter((cells) => !isBlank(cells))
  const [row = []] = rows
  const comments = [header, ...rows].findIndex((cells) => !cells[0]!.startsWith('#'))
  if (comments > 1) return `its first ${comments} rows are comments: remove what begins with #`
  if (rows.some(({ length }) => length !== row.length)) return undefined
  if (rows.every((cells, i) => cells.length === header.length + 1 && cells[0] === String(i + 1))) return rowNames
  const mark = row.length === 1 && header.length > 1 ? likelySeparator(row[0]!) : undefined
  if (mark !== undefined) return `the rows have ${separatorName(mark)} between their cells, and the header has none`
  const isTitle = header.length < row.length && header.filter((cell) => cell !== '').length <= 1
  return isTitle
    ? 'is its first row a title or a comment? the table begins with its header: remove what stands above'
    : undefined
}

/** As many cells as the header has, where those that are too many, or missing under no name, are empty. */
function fitted(cells: string[], width: number, named: number): string[] | undefined {
  if (cells.length === width) return cells
  if (cells.length > width) return cells.slice(width).every((cell) => cell === '') ? cells.slice(0, width) : undefined
  return cells.length >= named ? [...cells, ...new Array<string>(width - cells.length).fill('')] : undefined
}

function readText(path: string): string {
  return decodeText(readRegular(path, 'table'), path)
}

const encodingHint = 'save the table as CSV UTF-8'

const workbook = { what: 'expected a CSV, got a workbook of a spreadsheet', hint: 'save the sheet as CSV UTF-8' }

/** What a file is that people take for a table, by how it begins. */
const otherForms: readonly (readonly [RegExp, { readonly what: string; readonly hint: string }])[] = [
  [/^PK\x03\x04/, workbook], // .xlsx, .ods, .numbers
  [/^\xd0\xcf\x11\xe0/, workbook], // .xls
  [
    /^\s*(\[\s*\{|\{\s*")/,
    {
      what: 'expected a CSV, got JSON',
      hint: "COCO's annotations and Camtrap-DP's datapackage.json are read where their names end in .json",
    },
  ],
  [
    /^\s*<(!doctype|html|\?xml)/i,
    { what: 'expected a CSV, got a web page or XML', hint: 'download the table itself, as CSV' },
  ],
]

function checkIsText(bytes: Uint8Array, path: string): void {
  const begin = Buffer.from(bytes.subarray(0, 64)).toString('latin1')
  const other = otherForms.find(([looks]) => looks.test(begin))?.[1]
  check(other === undefined, `${path}: ${other?.what}`, other?.hint)
}

/** Letters of another encoding would become U+FFFD, and José and Josè one individual: they are refused. */
function decodeText(bytes: Uint8Array, path: string): string {
  checkIsText(bytes, path)
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

/** Fifty columns of a spreadsheet's million rows. More would end the process for want of memory, without a word. */
const mostCells = 50_000_000

function checkCells(text: string, path: string): void {
  const separator = separatorOf(text).charCodeAt(0)
  let cells = 1
  for (let i = 0; i < text.length; i++) {
    const letter = text.charCodeAt(i)
    if (letter === separator || letter === 0x0a || letter === 0x0d) cells++
  }
  check(cells <= mostCells, `${path}: ${cells} cells are past the limit of ${mostCells}`, 'is it a table of photos?')
}

/** Rows of any length: comparing them with the header here gives better words than the parser's. */
function parseCsv(text: string, path: string): string[][] {
  checkCells(text, path)
  try {
    return parse(text, {
      delimiter: separatorOf(text),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
    })
  } catch (error) {
    if (error instanceof CsvError && /QUOTE/.test(error.code)) throw quoteMistake(error, path, text)
    throw new InputError(`${path}: not a CSV (${messageOf(error)})`)
  }
}

/** Where the quotation mark stands, rows counted as a spreadsheet does, and what the column is called. */
function quoteMistake(error: CsvError, path: string, text: string): InputError {
  const index = Number(error.index)
  const name = headerLine(text).split(separatorOf(text))[index]
  const column = `column ${index + 1}${name ? ` '${name.trim()}'` : ''}`
  const what =
    error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'a quotation mark opens the cell, and none closes it'
      : 'a quotation mark inside the cell'
  return new InputError(
    `${path}: not a CSV: row ${Number(error.records) + 1}, ${column}: ${what}`,
    'write the mark twice and put the whole cell between marks: "scar 5"" long"',
  )
}
