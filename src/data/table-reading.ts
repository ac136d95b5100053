import type { BoxColumns } from './box-columns.ts'
import type { Field } from './column-names.ts'
import { type Columns, fields } from './columns.ts'
import type { MadeColumn } from './joined-columns.ts'
import type { TableReading } from './manifest.ts'

/** The columns of a table that hold something of a photo, by their indices. */
export interface TakenColumns {
  readonly columns: Columns
  readonly boxes: readonly BoxColumns[]
  /** −1 where no column names masks. */
  readonly mask: number
  /** Of the photo's own width and height. */
  readonly sizes: readonly number[]
}

/**
 * Which column was taken for what, and which columns are left. A column that was made of others is told by these: they are not left,
 * unless no field took what was made of them.
 */
export function tableReading(
  header: readonly string[],
  made: ReadonlyMap<string, MadeColumn>,
  { columns, boxes, mask, sizes }: TakenColumns,
): TableReading {
  const nameOf = (column: number) => header[column]!
  const taken = fields.flatMap((field) => (columns[field] === undefined ? [] : [[field, columns[field]] as const]))
  const madeOf = new Set(taken.flatMap(([, column]) => made.get(nameOf(column))?.sources ?? []))
  const scale = boxes.length === 0 ? [] : sizes // without a box nobody asks how large its photo was
  const used = new Set([...taken.map(([, column]) => column), ...boxes.flatMap((box) => box.columns), mask, ...scale])
  const told: readonly (readonly [Field | 'bbox' | 'box' | 'mask' | 'size', string])[] = [
    ...taken.map(([field, column]) => [field, made.get(nameOf(column))?.told ?? nameOf(column)] as const),
    ...boxes.map((box) => [box.columns.length === 1 ? 'bbox' : 'box', joined(box.columns.map(nameOf))] as const),
    ...(scale.length === 0 ? [] : [['size', joined(scale.map(nameOf))] as const]),
    ...(mask === -1 ? [] : [['mask', nameOf(mask)] as const]),
  ]
  const left = header.filter((name, i) => !used.has(i) && name !== '' && !made.has(name) && !madeOf.has(name))
  return { columns: Object.fromEntries(told), left }
}

function joined(names: readonly string[]): string {
  return names.join('/')
}
