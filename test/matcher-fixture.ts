import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { add, constant, expand, input, mul, reduceMean, reshape, transpose, type Value } from '../src/graph/index.ts'
import { encodeModel, toOnnx } from '../src/onnx/index.ts'
import { float32 } from '../src/tensor/index.ts'
import { temporaryFolder } from './model-fixture.ts'

/** Input of the networks below, and the side of their cells. */
export const [matcherWidthPx, matcherHeightPx, cellPx] = [48, 32, 4] as const
const [columns, rows] = [matcherWidthPx / cellPx, matcherHeightPx / cellPx]

/** Each cell's 16 brightnesses, [1, cells, 16]. */
function cellsOf(image: Value): Value {
  const split = reshape(image, [rows, cellPx, columns, cellPx])
  return reshape(transpose(split, [0, 2, 1, 3]), [1, rows * columns, cellPx * cellPx])
}

/** Writes found.onnx and found.matcher.json into a folder of their own. Returns the ONNX file. */
export function writeMatcher(outputs: Readonly<Record<string, Value>>, described: object): string {
  const folder = temporaryFolder()
  const path = join(folder, 'found.onnx')
  writeFileSync(path, encodeModel(toOnnx({ outputs }), '').model)
  const description = {
    ...{ format: 'rosette-matcher', version: 1, name: 'cells', model: 'found.onnx' },
    input: {
      ...{ layout: 'NCHW', dtype: 'float32', channels: 'grey', scale: 1 / 255 },
      ...{ heightPx: matcherHeightPx, widthPx: matcherWidthPx },
    },
    ...described,
  }
  writeFileSync(join(folder, 'found.matcher.json'), JSON.stringify(description))
  return path
}

const picture = () => input('image', [1, 1, matcherHeightPx, matcherWidthPx])

/** Keypoints at the centers of cells, which their brightness describes; bright ones are sure. */
export function cellKeypoints(described: object = {}): string {
  const image = picture()
  const cells = cellsOf(image)
  const centers = Array.from({ length: rows * columns }, (_, i) => [
    (i % columns) * cellPx + 1.5,
    Math.floor(i / columns) * cellPx + 1.5,
  ])
  const nothing = expand(mul(reduceMean(image, {}), 0), [1, rows * columns, 2])
  return writeMatcher(
    {
      keypoints: add(constant(float32([1, rows * columns, 2], centers.flat())), nothing),
      scores: reduceMean(cells, { axes: [2] }),
      descriptors: cells,
    },
    {
      output: { kind: 'keypoints', keypoints: 'keypoints', scores: 'scores', descriptors: 'descriptors', size: 16 },
      ...described,
    },
  )
}

/** The same cells as a feature map [1, 16, rows, columns]. */
export function cellMap(described: object = {}): string {
  const map = reshape(transpose(cellsOf(picture()), [0, 2, 1]), [1, cellPx * cellPx, rows, columns])
  return writeMatcher({ map }, { output: { kind: 'map', layout: 'NCHW', size: 16 }, ...described })
}
