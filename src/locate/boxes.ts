import { check } from '../base/index.ts'
import { asFloat32, type Tensor } from '../tensor/index.ts'
import type { DetectorOutput } from './description.ts'

/** A box that a detector gives, by its corners, in pixels of the network's input; `category` is an index of the classes. */
export interface Candidate {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
  readonly confidence: number
  readonly category: number
}

/** The outputs that a format reads: one, or for detr logits and boxes. */
export interface DetectorTensors {
  readonly rows: Tensor
  readonly boxes?: Tensor | undefined
}

/** What a detector was asked with. */
export interface InputSize {
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * Every box of at least the threshold, with the class that it most likely shows.
 * @throws InputError beginning with `where` for an output of another shape than the format has.
 */
export function readBoxes(
  { rows, boxes }: DetectorTensors,
  output: DetectorOutput,
  { widthPx, heightPx }: InputSize,
  where: string,
): Candidate[] {
  const table = tableOf(rows, output, where)
  const places = output.format === 'detr' ? boxTable(boxes, table.count, where) : table
  const [scaleX, scaleY] = output.unit === 'fractions' ? [widthPx, heightPx] : [1, 1]
  const found: Candidate[] = []
  for (let i = 0; i < table.count; i++) {
    const { confidence, category } = surest(table, i, output)
    if (!(confidence >= output.threshold)) continue // NaN is no detection
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => places.at(i, k)) as [number, number, number, number]
    const corners =
      output.format === 'yolo-nms'
        ? { x1: a, y1: b, x2: c, y2: d }
        : { x1: a - c / 2, y1: b - d / 2, x2: a + c / 2, y2: b + d / 2 }
    const box = { x1: corners.x1 * scaleX, y1: corners.y1 * scaleY, x2: corners.x2 * scaleX, y2: corners.y2 * scaleY }
    if (box.x2 > box.x1 && box.y2 > box.y1) found.push({ ...box, confidence, category })
  }
  return found
}

/** [count, width], in whichever order it lies in memory. */
interface Rows {
  readonly count: number
  readonly width: number
  readonly at: (row: number, column: number) => number
}

/** Columns before the classes: box, and objectness where there is one. */
const before = { yolov5: 5, yolov8: 4, 'yolo-nms': 4, detr: 0 } as const

function tableOf(tensor: Tensor, { format, classes, activation }: DetectorOutput, where: string): Rows {
  const nothing = format === 'detr' && activation === 'softmax' ? 1 : 0
  const width = format === 'yolo-nms' ? 6 : before[format] + classes.length + nothing
  const [batch, first, second] = tensor.shape
  const isColumns = first === width && (second !== width || format === 'yolov8')
  const fits = tensor.shape.length === 3 && batch === 1 && (second === width || (format === 'yolov8' && isColumns))
  const expected = format === 'yolov8' ? `[1, ${width}, N] or [1, N, ${width}]` : `[1, N, ${width}]`
  check(
    fits,
    `${where}: ${format} with ${classes.length} classes: expected an output ${expected}, got [${tensor.shape.join(', ')}]`,
    'are the classes all there, in the order of the network?',
  )
  return rowsOf(tensor, width, format === 'yolov8' && isColumns)
}

function boxTable(tensor: Tensor | undefined, count: number, where: string): Rows {
  const shape = tensor?.shape ?? []
  check(
    tensor !== undefined && shape.length === 3 && shape[0] === 1 && shape[1] === count && shape[2] === 4,
    `${where}: expected boxes [1, ${count}, 4], got [${shape.join(', ')}]`,
  )
  return rowsOf(tensor, 4, false)
}

function rowsOf(tensor: Tensor, width: number, asColumns: boolean): Rows {
  const { data } = asFloat32(tensor)
  const count = data.length / width
  const at = asColumns
    ? (row: number, column: number) => data[column * count + row]!
    : (row: number, column: number) => data[row * width + column]!
  return { count, width, at }
}

function surest(
  table: Rows,
  row: number,
  { format, classes, activation }: DetectorOutput,
): { readonly confidence: number; readonly category: number } {
  if (format === 'yolo-nms') return { confidence: table.at(row, 4), category: Math.round(table.at(row, 5)) }
  const start = before[format]
  const scores = Array.from({ length: table.width - start }, (_, c) => table.at(row, start + c))
  const likely = probabilities(scores, activation).slice(0, classes.length)
  const category = likely.reduce((best, value, c) => (value > likely[best]! ? c : best), 0)
  const objectness = format === 'yolov5' ? probabilities([table.at(row, 4)], activation)[0]! : 1
  return { confidence: objectness * likely[category]!, category }
}

/** 1 / (1 + e⁻ˣ), or eˣ / Σ eˣ, or x. */
export function probabilities(values: readonly number[], activation: DetectorOutput['activation']): number[] {
  switch (activation) {
    case 'none':
      return [...values]
    case 'sigmoid':
      return values.map((value) => 1 / (1 + Math.exp(-value)))
    case 'softmax': {
      const most = Math.max(...values)
      const powers = values.map((value) => Math.exp(value - most))
      const sum = powers.reduce((total, value) => total + value, 0)
      return powers.map((value) => value / sum)
    }
  }
}
