import { isBoxColumn } from './box-columns.ts'
import { type ColumnNames, columnNames, keyOf } from './column-names.ts'
import { isMaskColumn } from './masks.ts'
import { isMediaAsset } from './wildbook.ts'

const names: ReadonlySet<string> = new Set(
  Object.values(columnNames).flatMap(({ usual, doubtful = [] }: ColumnNames) => [...usual, ...doubtful]),
)

/**
 * True for the name of a column that a table's reader may take for a field, a box, a mask or the photo's size: where the table has that
 * from another column, it wants another name.
 */
export function isKnownColumn(name: string): boolean {
  return names.has(keyOf(name)) || isBoxColumn(name) || isMaskColumn(name) || isMediaAsset(name)
}
