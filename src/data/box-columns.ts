import { check, optionText, parseDecimal } from '../base/index.ts'
import { type BoxFormat, boxFormats, type Numbers } from './box-format.ts'
import { isUsualNobody } from './nobody.ts'

/** Fields of a box that `columns` can name. */
export const boxFields = ['bbox', 'x', 'y', 'width', 'height', 'x2', 'y2', 'center_x', 'center_y'] as const

type BoxField = (typeof boxFields)[number]
type Side = Exclude<BoxField, 'bbox'>

const sides = boxFields.filter((field) => field !== 'bbox')

/** The four columns, or the one, that hold a box. */
export interface BoxColumns {
  readonly columns: readonly number[]
  /** What their names say that they are, the likeliest first. */
  readonly formats: readonly BoxFormat[]
  /** What they are called, for people. */
  readonly called: string
}

const anyFormat: readonly BoxFormat[] = ['xywh', 'xyxy', 'cxcywh']

/** Names of a column that holds a whole box, and what they say of it, the likeliest first. */
const cellNames: ReadonlyMap<string, readonly BoxFormat[]> = new Map([
  ...named(
    'bbox box boundingbox bndbox bboxes boxes boundingboxes annotbbox annotationbbox roi regionshapeattributes',
    anyFormat,
  ),
  ...named('bboxxywh bboxltwh bboxtlwh bboxcoco cocobbox', ['xywh']),
  ...named('bboxxyxy bboxltrb bboxtlbr bboxvoc bboxpascalvoc pascalvocbbox', ['xyxy']),
  ...named('bboxcxcywh bboxyolo yolobbox', ['cxcywh']),
])

function named(names: string, formats: readonly BoxFormat[]): (readonly [string, readonly BoxFormat[]])[] {
  return names.split(' ').map((name) => [name, formats])
}

/** Names of a side, where `bbox_`, `box_` and the like are left out. */
const sideNames: Readonly<Record<Side, readonly string[]>> = {
  x: ['x', 'x1', 'x0', 'xmin', 'minx', 'left', 'xleft', 'xtl', 'topleftx'],
  y: ['y', 'y1', 'y0', 'ymin', 'miny', 'top', 'ytop', 'ytl', 'toplefty'],
  width: ['width', 'w'],
  height: ['height', 'h'],
  x2: ['x2', 'xmax', 'maxx', 'right', 'xright', 'xbr', 'bottomrightx'],
  y2: ['y2', 'ymax', 'maxy', 'bottom', 'ybottom', 'ybr', 'bottomrighty'],
  center_x: ['xcenter', 'xcentre', 'centerx', 'centrex', 'cx', 'xc'],
  center_y: ['ycenter', 'ycentre', 'centery', 'centrey', 'cy', 'yc'],
}

const sets: readonly { readonly sides: readonly Side[]; readonly formats: readonly BoxFormat[] }[] = [
  { sides: ['x', 'y', 'x2', 'y2'], formats: ['xyxy'] },
  { sides: ['center_x', 'center_y', 'width', 'height'], formats: ['cxcywh'] },
  { sides: ['x', 'y', 'width', 'height'], formats: ['xywh', 'cxcywh'] }, // YOLO calls its own x and y too
]

/** With a prefix of these a name is surely a box's: `width` alone may be the photo's. */
const prefixes = ['bbox', 'boundingbox', 'bndbox', 'box', 'bb', 'annot', 'annotation', 'roi', 'detection', 'det', '']

/**
 * The columns that hold boxes: one with four numbers, and four with one each, or either, or none. `mapping` (field → column) wins.
 * @throws InputError where some sides of a box are there and others are missing.
 */
export function findBoxColumns(
  where: string,
  header: readonly string[],
  mapping: Readonly<Record<string, string>>,
  taken: ReadonlySet<number>,
): readonly BoxColumns[] {
  const names = header.map((name, i) => (taken.has(i) ? '' : name.toLowerCase().replace(/[^a-z0-9]/g, '')))
  const bbox =
    mapping.bbox === undefined ? names.findIndex((name) => cellNames.has(name)) : header.indexOf(mapping.bbox)
  const formats = cellNames.get(names[bbox] ?? '') ?? anyFormat
  const inOne: BoxColumns[] = bbox === -1 ? [] : [{ columns: [bbox], formats, called: header[bbox]! }]
  if (sides.some((side) => mapping[side] === '-')) return inOne // columns of that name are no box
  const mapped = sides.filter((side) => side in mapping)
  const groups = mapped.length > 0 ? [mappedSides(header, names, mapping)] : prefixes.map((p) => sidesOf(names, p))
  for (const found of groups) {
    const set = sets.find(({ sides }) => sides.every((side) => found[side] !== undefined))
    if (set === undefined) continue
    const columns = set.sides.map((side) => found[side]!)
    return [...inOne, { columns, formats: set.formats, called: columns.map((c) => header[c]).join(', ') }]
  }
  checkLooseSides(where, groups, mapped, inOne.length > 0)
  return inOne
}

/**
 * `width` and `height` alone are the photo's own size, and stay extra columns. Three sides are a box that misses one, unless another
 * column has the box.
 */
function checkLooseSides(
  where: string,
  groups: readonly Partial<Record<Side, number>>[],
  mapped: readonly Side[],
  hasCell: boolean,
): void {
  const three = ({ sides }: { readonly sides: readonly Side[] }, found: Partial<Record<Side, number>>) =>
    sides.filter((side) => found[side] !== undefined).length === 3
  const found = groups.find((group) => sets.some((set) => three(set, group)))
  const loose = mapped.length > 0 ? mapped : hasCell || found === undefined ? [] : sidesIn(found)
  const meant = [...sets].reverse().find((set) => found !== undefined && three(set, found)) ?? sets.at(-1)!
  check(
    loose.length === 0,
    `${where}: a box needs ${listOf(meant.sides)}, got ${loose.join(', ')}`,
    'name the missing column with `columns`; if these columns are no box, `columns: {"x":"-"}` takes none',
  )
}

function sidesIn(found: Partial<Record<Side, number>>): Side[] {
  return sides.filter((side) => found[side] !== undefined)
}

function listOf(sides: readonly string[]): string {
  return `${sides.slice(0, -1).join(', ')} and ${sides.at(-1)}`
}

function sidesOf(names: readonly string[], prefix: string): Partial<Record<Side, number>> {
  const found: Partial<Record<Side, number>> = {}
  for (const side of sides) {
    const index = sideNames[side].map((word) => names.indexOf(prefix + word)).find((i) => i !== -1)
    if (index !== undefined) found[side] = index
  }
  return found
}

/** Sides that are mapped, and the others by their bare names. */
function mappedSides(
  header: readonly string[],
  names: readonly string[],
  mapping: Readonly<Record<string, string>>,
): Partial<Record<Side, number>> {
  const mapped = Object.entries(mapping).map(([field, column]) => [field, header.indexOf(column)] as const)
  return { ...sidesOf(names, ''), ...Object.fromEntries(mapped.filter(([field]) => field in sideNames)) }
}

/** The four numbers of a row, undefined where its cells are empty or hold words for nothing (`NA`, `nan`, -1), or what is wrong with them. */
export function readNumbers(row: readonly string[], { columns, formats }: BoxColumns): Numbers | undefined | string {
  const cells = columns.map((column) => row[column]!)
  const object = columns.length === 1 ? namedNumbers(cells[0]!) : undefined
  if (object !== undefined) return object
  const texts = columns.length > 1 ? cells : cells[0]!.replace(/[[\](){}]/g, ' ').split(/[\s,;]+/)
  const given = texts.filter((text) => text !== '')
  if (given.every(isUsualNobody)) return undefined
  const [a, b, c, d, ...more] = given.map(parseDecimal)
  if (a !== undefined && b !== undefined && c !== undefined && d !== undefined && more.length === 0) return [a, b, c, d]
  const comma =
    columns.length > 1 && given.some((text) => /^[+-]?\d+,\d+$/.test(text)) ? ': decimal commas? write points' : ''
  const { words } = boxFormats[formats[0]!]
  return `expected a box of four numbers (${words}), got '${given.join(' ')}'${comma}`
}

/** A cell that names its numbers, as `{"x": 1, "y": 2, "width": 3, "height": 4}` or with corners: left, top, width, height. */
function namedNumbers(cell: string): Numbers | undefined {
  if (!cell.startsWith('{')) return undefined
  const given = [...cell.matchAll(/["']?(\w+)["']?\s*:\s*(-?[\d.]+(?:e-?\d+)?)/gi)]
  const names = given.map(([, name]) => name!.toLowerCase().replace(/[^a-z0-9]/g, ''))
  const numbers = sidesOf(names, '')
  const value = (side: Side) => (numbers[side] === undefined ? undefined : parseDecimal(given[numbers[side]]![2]!))
  const [x, y] = [value('x'), value('y')]
  if (x === undefined || y === undefined) return undefined
  const [right, bottom] = [value('x2'), value('y2')]
  const width = right === undefined ? value('width') : right - x
  const height = bottom === undefined ? value('height') : bottom - y
  return width === undefined || height === undefined ? undefined : [x, y, width, height]
}

/** Columns that no field has, though their names speak of boxes: said, for the photos stay whole. */
export function unreadBoxes(left: readonly string[], found: readonly BoxColumns[]): string[] {
  const names = found.length > 0 ? [] : left.filter((name) => /b(ounding)?[ _-]?box/i.test(name))
  if (names.length === 0) return []
  const [name] = names
  const how =
    names.length === 1 ? optionText({ columns: { bbox: name! } }) : optionText({ columns: { x: name!, y: '…' } })
  return [`columns that may hold boxes are not read, and photos stay whole: ${names.join(', ')}; ${how} names them`]
}

const sizePrefixes = ['image', 'img', 'photo', 'picture', '']

const boxNames: ReadonlySet<string> = new Set([
  ...cellNames.keys(),
  ...prefixes.flatMap((prefix) => Object.values(sideNames).flatMap((names) => names.map((name) => prefix + name))),
  ...sizePrefixes.flatMap((prefix) => ['width', 'height'].map((side) => prefix + side)),
])

/** True for a name that a column of boxes, or of the photo's size beside them, may have. */
export function isBoxColumn(name: string): boolean {
  return boxNames.has(name.toLowerCase().replace(/[^a-z0-9]/g, ''))
}

/** The columns of the photo's own width and height, where a table has them beside its boxes. */
export function photoSizeColumns(header: readonly string[], used: ReadonlySet<number>): readonly number[] {
  const names = header.map((name, i) => (used.has(i) ? '' : name.toLowerCase().replace(/[^a-z]/g, '')))
  for (const prefix of sizePrefixes) {
    const columns = ['width', 'height'].map((side) => names.indexOf(prefix + side))
    if (!columns.includes(-1)) return columns
  }
  return []
}
