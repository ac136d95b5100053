import { check, InputError, nearest, parseDecimal } from '../base/index.ts'
import type { Box } from '../images/index.ts'
import type { Table } from './csv.ts'

/** What rosette knows to do with a column, and the names it goes by, the first found winning. */
const fieldNames = {
  filename: ['filename', 'file_name', 'file', 'path', 'image', 'image_path', 'photo'],
  identity: ['identity', 'ground_truth', 'individual', 'individual_id', 'name', 'label'],
  encounter: ['encounter', 'encounter_id', 'sighting', 'sighting_id'],
  timestamp: ['timestamp', 'datetime', 'date'],
  flank: ['flank', 'side', 'viewpoint'],
  camera: ['camera', 'camera_id', 'station'],
  bbox: ['bbox', 'box', 'bounding_box'],
  x: ['x'],
  y: ['y'],
  width: ['width'],
  height: ['height'],
} as const satisfies Record<string, readonly string[]>

/** A field of a photo that a CSV's column can hold. */
export type Field = keyof typeof fieldNames

const fields = Object.keys(fieldNames) as Field[]
const boxSides = ['x', 'y', 'width', 'height'] as const

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
    if (!isField(field)) mistakes.push(`no field '${field}'${meant(field, fields)}; there are ${fields.join(', ')}`)
    else if (index === -1) mistakes.push(`no column '${column}' for ${field}${meant(column, table.header)}`)
    else columns[field] = index
  }
  const taken = new Set(Object.values(columns))
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
  return withoutLooseSides(columns, mapping, where)
}

/**
 * A box needs four sides; `width` and `height` alone are the photo's own size, and stay extra columns. Three sides are a box that
 * misses one, unless another column has the box.
 */
function withoutLooseSides(columns: Columns, mapping: Readonly<Record<string, string>>, where: string): Columns {
  const found = boxSides.filter((side) => columns[side] !== undefined)
  if (found.length === boxSides.length) return columns
  const mapped = boxSides.filter((side) => side in mapping)
  const meantAsBox = mapped.length > 0 || (found.length === 3 && columns.bbox === undefined)
  check(
    !meantAsBox,
    `${where}: a box needs x, y, width and height, got ${(mapped.length > 0 ? mapped : found).join(', ')}`,
    'name the missing column with --columns, or give columns that are no box other names',
  )
  const { x, y, width, height, ...rest } = columns
  return rest
}

/**
 * The box of a row in pixels, undefined where its cells are empty, or what is wrong with it. Where a row has both a cell with a box
 * and four columns, they say the same.
 */
export function parseBox(row: readonly string[], columns: Columns): Box | undefined | string {
  const cell = columns.bbox === undefined ? '' : row[columns.bbox]!
  const inOne = boxOf(cell.replace(/[[\](){}]/g, ' ').split(/[\s,;]+/))
  const inFour = boxOf(boxSides.map((side) => (columns[side] === undefined ? '' : row[columns[side]]!)))
  if (inOne === undefined || typeof inFour === 'string') return inFour
  if (inFour === undefined || typeof inOne === 'string') return inOne
  const same = boxSides.every((side) => inOne[side] === inFour[side])
  return same ? inOne : `expected one box, got '${text(inOne)}' and in x, y, width, height '${text(inFour)}'`
}

function boxOf(cells: readonly string[]): Box | undefined | string {
  const given = cells.filter((cell) => cell !== '')
  if (given.length === 0) return undefined
  const numbers = given.map(parseDecimal)
  const [x, y, width, height] = numbers
  const got = `got '${given.join(' ')}'`
  if (numbers.length !== 4 || x === undefined || y === undefined || width === undefined || height === undefined)
    return `expected a box of four numbers (x, y, width, height), ${got}`
  if (!(width > 0 && height > 0)) return `expected a box with a width and a height above 0, ${got}`
  // a crop of one pixel is nobody's box, and fractions of the photo are many detectors'
  if ([x, y, width, height].every((value) => value >= 0 && value <= 1))
    return `expected a box in pixels, ${got}: fractions? multiply them by the photo's width and height`
  return { x, y, width, height }
}

function text(box: Box): string {
  return boxSides.map((side) => box[side]).join(' ')
}

function isField(field: string): field is Field {
  return Object.hasOwn(fieldNames, field)
}

function meant(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates)
  return near === undefined ? '' : ` (did you mean '${near}'?)`
}
