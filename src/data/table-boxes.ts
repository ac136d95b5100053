import { counted } from '../base/index.ts'
import type { Box } from '../images/index.ts'
import { type BoxColumns, readNumbers } from './box-columns.ts'
import type { BoxFormat } from './box-format.ts'
import { type GivenBox, placeBoxes, type SizeProgress } from './boxes.ts'
import { describePhoto, type Photo, type Problem } from './manifest.ts'

/** A row of a table whose photo is known. */
export interface PhotoRow {
  readonly photo: Photo
  readonly cells: readonly string[]
}

/** Photos with their boxes, and what is said of them. */
export interface Boxed {
  readonly photos: readonly Photo[]
  readonly problems: readonly Problem[]
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
}

/** How a table's boxes are found and read. */
export interface TableBoxOptions extends SizeProgress {
  /** The table's file, for messages. */
  readonly where: string
  /** Where they stand; of two places a row may fill either, or both alike. */
  readonly boxes: readonly BoxColumns[]
  /** The columns of the photo's own width and height. */
  readonly sizes: readonly number[]
  readonly boxFormat: BoxFormat | undefined
}

/** The photos of a table with the boxes of their rows. @throws InputError as `placeBoxes` does. */
export function withTableBoxes(rows: readonly PhotoRow[], options: TableBoxOptions): Boxed {
  const { where, boxes, sizes, boxFormat, onSize } = options
  const problems: Problem[] = []
  const notes: string[] = []
  const warnings: string[] = []
  const found = boxes.map((columns) => {
    const given: GivenBox[] = []
    const at: number[] = []
    rows.forEach(({ photo, cells }, i) => {
      const numbers = readNumbers(cells, columns)
      if (typeof numbers === 'string') problems.push({ where: describePhoto(photo), what: numbers })
      if (numbers === undefined || typeof numbers === 'string') return
      given.push({ path: photo.path, where: describePhoto(photo), numbers, stated: statedSize(cells, sizes) })
      at.push(i)
    })
    const formats = boxFormat === undefined ? columns.formats : [boxFormat]
    const placed = placeBoxes(given, { where, called: columns.called, formats, onSize })
    notes.push(...placed.notes)
    warnings.push(...placed.warnings)
    return { columns, boxes: new Map(at.map((row, i) => [row, { ...given[i]!, box: placed.boxes[i] }])) }
  })
  const without = rows.filter((_, i) => found.every(({ boxes }) => !boxes.has(i))).length
  if (problems.length === 0 && without > 0 && without < rows.length)
    notes.push(
      `${without} of ${counted(rows.length, 'row')} ${without === 1 ? 'has' : 'have'} no box: there the whole photo counts`,
    )
  const photos = rows.map(({ photo }, i) => {
    const [one, other] = found.flatMap(({ columns, boxes }) => {
      const entry = boxes.get(i)
      return entry === undefined ? [] : [{ ...entry, called: columns.called }]
    })
    for (const { box } of [one, other].filter((entry) => entry !== undefined))
      if (typeof box === 'string') problems.push({ where: describePhoto(photo), what: box })
    if (one === undefined || typeof one.box === 'string') return { ...photo, box: undefined }
    if (other === undefined || typeof other.box === 'string' || same(one.box, other.box))
      return { ...photo, box: one.box }
    problems.push({
      where: describePhoto(photo),
      what: `expected one box, got '${one.numbers.join(' ')}' and in ${other.called} '${other.numbers.join(' ')}'`,
    })
    return { ...photo, box: undefined }
  })
  return { photos, problems, notes, warnings }
}

function statedSize(cells: readonly string[], sizes: readonly number[]): GivenBox['stated'] {
  const [width, height] = sizes.map((column) => Number(cells[column]))
  return width !== undefined && height !== undefined && width > 0 && height > 0 ? { width, height } : undefined
}

/** To a pixel: one may be rounded. */
function same(a: Box | undefined, b: Box | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return (['x', 'y', 'width', 'height'] as const).every((side) => Math.abs(a[side] - b[side]) < 1)
}
