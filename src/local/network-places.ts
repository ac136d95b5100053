import { check } from '../base/index.ts'
import { asFloat32, checkFinite, type Tensor } from '../tensor/index.ts'
import type { KeypointsOutput, MapOutput } from './matcher-description.ts'

/** Places of a network's input, K of them, the surest first. */
export interface Places {
  /** x and y in pixels of the input, (0, 0) the outer corner of its first pixel. */
  readonly at: readonly (readonly [x: number, y: number])[]
  readonly reliability: readonly number[]
  /** Where the numbers of place k begin, and how far they lie from each other. */
  readonly descriptor: (k: number) => ArrayLike<number>
}

/** Height and width of the network's input. */
export interface InputSize {
  readonly heightPx: number
  readonly widthPx: number
}

/** What a network that finds keypoints gave. @throws InputError beginning with `where` for outputs of other shapes than were described. */
export function keypointPlaces(
  results: Readonly<Record<string, Tensor>>,
  output: KeypointsOutput,
  { heightPx, widthPx }: InputSize,
  where: string,
): Places {
  const { size, transposed, order } = output
  const named = (name: string) => `${where}: output '${name}'`
  const points = numbersOf(results[output.keypoints]!, named(output.keypoints))
  const count = points.length / 2
  const descriptors = numbersOf(results[output.descriptors]!, named(output.descriptors))
  const scores = output.scores === undefined ? undefined : numbersOf(results[output.scores]!, named(output.scores))
  check(
    Number.isInteger(count) && (lastOf(results[output.keypoints]!) === 2 || count === 0),
    `${where}: output '${output.keypoints}': expected [1, K, 2], got [${results[output.keypoints]!.shape.join(', ')}]`,
  )
  const shape = results[output.descriptors]!.shape
  check(
    descriptors.length === count * size && (count === 0 || shape.at(transposed ? -2 : -1) === size),
    `${where}: output '${output.descriptors}': expected ${transposed ? `[1, ${size}, ${count}]` : `[1, ${count}, ${size}]`}, got [${shape.join(', ')}]`,
  )
  check(
    scores === undefined || scores.length === count,
    `${where}: output '${output.scores}': expected ${count} scores, got ${scores?.length}`,
  )
  const across = pixelOf(output.coordinates, widthPx)
  const down = pixelOf(output.coordinates, heightPx)
  const [x, y] = order === 'xy' ? [0, 1] : [1, 0]
  const scoreOf = (k: number) => (scores === undefined ? 1 - k / count : scores[k]!)
  const kept = Array.from({ length: count }, (_, k) => k)
    .filter((k) => scores === undefined || scores[k]! >= output.threshold)
    .sort((a, b) => scoreOf(b) - scoreOf(a) || a - b)
  const at = kept.map((k) => [across(points[2 * k + x]!), down(points[2 * k + y]!)] as const)
  checkInside(at, { heightPx, widthPx }, named(output.keypoints))
  return {
    at,
    reliability: kept.map(scoreOf),
    descriptor: (i) =>
      transposed
        ? Float32Array.from({ length: size }, (_, d) => descriptors[d * count + kept[i]!]!)
        : descriptors.subarray(kept[i]! * size, (kept[i]! + 1) * size),
  }
}

/** That some lie in the input: where all are beside it they are written otherwise than the description says. */
function checkInside(at: Places['at'], { heightPx, widthPx }: InputSize, where: string): void {
  const isInside = ([x, y]: Places['at'][number]) => x >= 0 && y >= 0 && x <= widthPx && y <= heightPx
  check(
    at.length === 0 || at.some(isInside),
    `${where}: expected places in an input of ${widthPx} × ${heightPx} pixels, got ${at.length} that all lie beside it, the first at ${at[0]?.map((value) => value.toFixed(1)).join(', ')}`,
    'output.coordinates and output.order of the description say how they are written',
  )
}

/** The cells of a feature map, row by row. @throws InputError beginning with `where` for an output of another shape than was described. */
export function mapPlaces(map: Tensor, output: MapOutput, input: InputSize, where: string): Places {
  const { size, layout, patchPx = 1 } = output
  const values = numbersOf(map, where)
  const [rows, columns] =
    layout === 'tokens'
      ? [input.heightPx / patchPx, input.widthPx / patchPx]
      : layout === 'NCHW'
        ? [map.shape[2] ?? 0, map.shape[3] ?? 0]
        : [map.shape[1] ?? 0, map.shape[2] ?? 0]
  const cells = rows * columns
  const depth = map.shape[layout === 'NCHW' ? 1 : map.shape.length - 1]
  const before = layout === 'tokens' ? values.length / size - cells : 0
  const fits = map.shape[0] === 1 && map.shape.length === (layout === 'tokens' ? 3 : 4)
  check(
    fits && depth === size && cells > 0 && Number.isInteger(before) && before >= 0,
    `${where}: expected a map of ${size} numbers in the layout ${layout}, got [${map.shape.join(', ')}]`,
  )
  const [wide, high] = [input.widthPx / columns, input.heightPx / rows]
  return {
    at: Array.from({ length: cells }, (_, i) => [((i % columns) + 0.5) * wide, (Math.floor(i / columns) + 0.5) * high]),
    reliability: Array.from({ length: cells }, () => 1),
    descriptor: (i) =>
      layout === 'NCHW'
        ? Float32Array.from({ length: size }, (_, d) => values[d * cells + i]!)
        : values.subarray((before + i) * size, (before + i + 1) * size),
  }
}

/** From a network's coordinate to pixels between the outer edges of its input. */
function pixelOf(coordinates: KeypointsOutput['coordinates'], sidePx: number): (value: number) => number {
  switch (coordinates) {
    case 'pixels':
      return (value) => value + 0.5
    case 'fractions':
      return (value) => value * sidePx
    case 'minus-one-to-one':
      return (value) => ((value + 1) / 2) * (sidePx - 1) + 0.5
  }
}

function lastOf({ shape }: Tensor): number | undefined {
  return shape.at(-1)
}

/** Whole numbers of 64 bits as floats, too: keypoints are small. */
function numbersOf(values: Tensor, where: string): Float32Array {
  checkFinite(values, where)
  const { data } = values
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number)
  if (values.dtype === 'float32' || values.dtype === 'float16') return asFloat32(values).data as Float32Array
  return Float32Array.from(data as ArrayLike<number>)
}
