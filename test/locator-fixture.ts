import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  add,
  cast,
  concat,
  constant,
  div,
  expand,
  input,
  less,
  log,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  scalar,
  sqrt,
  sub,
  transpose,
  type Value,
} from '../src/graph/index.ts'
import { encodePng } from '../src/images/index.ts'
import { encodeModel, toOnnx } from '../src/onnx/index.ts'
import { float32 } from '../src/tensor/index.ts'
import { temporaryFolder } from './model-fixture.ts'

/** A rectangle in pixels: left, top, width, height, and how bright it is. */
export type Bright = readonly [x: number, y: number, width: number, height: number, brightness?: number]

/** A black photo with bright rectangles: drawn animals for the networks below. */
export function brightPhoto(width: number, height: number, ...animals: readonly Bright[]): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : 0))
  for (const [left, top, wide, high, brightness = 255] of animals)
    for (let y = top; y < top + high; y++)
      for (let x = left; x < left + wide; x++) data.fill(brightness, (y * width + x) * 4, (y * width + x) * 4 + 3)
  return encodePng({ width, height, data })
}

/** Side of the square input of the networks below. */
export const locatorSidePx = 64

const photoInput = () => input('image', [1, 3, locatorSidePx, locatorSidePx])
const inputDescription = {
  ...{ layout: 'NCHW', dtype: 'float32', channels: 'RGB' },
  ...{ heightPx: locatorSidePx, widthPx: locatorSidePx, scale: 1 / 255 },
}

/** What a description says that is other than the fixture's. */
export interface LocatorChanges {
  readonly output?: object
  readonly preprocess?: object
  readonly input?: object
}

/** Writes found.onnx and found.locate.json into a folder of their own. Returns the ONNX file. */
export function writeLocator(
  outputs: Readonly<Record<string, Value>>,
  output: object,
  changes: LocatorChanges = {},
): string {
  const folder = temporaryFolder()
  const path = join(folder, 'found.onnx')
  writeFileSync(path, encodeModel(toOnnx({ outputs }), '').model)
  const description = {
    ...{ format: 'rosette-locator', version: 1, name: 'drawn', model: 'found.onnx' },
    input: { ...inputDescription, ...changes.input },
    preprocess: { resize: 'letterbox', ...changes.preprocess },
    output: { ...output, ...changes.output },
  }
  writeFileSync(join(folder, 'found.locate.json'), JSON.stringify(description))
  return path
}

/** A segmenter that takes brightness, 0 to 1, for the probability of an animal. */
export function brightnessSegmenter(changes: LocatorChanges = {}): string {
  const probability = reduceMean(photoInput(), { axes: [1], keepDims: true }) // [1, 1, H, W]
  return writeLocator({ mask: probability }, { kind: 'segmenter' }, changes)
}

/** The formats in which detectors write their boxes. */
export type DrawnFormat = 'yolov5' | 'yolov8' | 'yolo-nms' | 'detr'

/**
 * A detector of the one bright rectangle of a photo: its box by the mean and the variance of the coordinates of bright pixels, written in
 * each of the formats. The classes are stone, animal and person; rows are the animal at 0.9, the same box as stone at 0.8, and a copy
 * of the animal shifted by a twentieth at 0.6.
 */
export function brightBoxDetector(format: DrawnFormat, changes: LocatorChanges = {}): string {
  const side = locatorSidePx
  const brightness = reduceMean(photoInput(), { axes: [1], keepDims: false }) // [1, H, W]
  const bright = cast(less(scalar(0.5), brightness), 'float32')
  const count = add(reduceSum(bright, {}), 1e-6)
  const places = Array.from({ length: side }, (_, i) => i + 0.5)
  const spread = (axis: 'x' | 'y') => {
    const at = constant(float32(axis === 'x' ? [1, 1, side] : [1, side, 1], places))
    const mean = div(reduceSum(mul(bright, at), {}), count)
    const off = sub(at, mean)
    const variance = div(reduceSum(mul(bright, mul(off, off)), {}), count)
    return { mean, length: sqrt(add(mul(variance, 12), 1)) } // a row of n pixels has the variance (n² − 1) / 12
  }
  const [x, y] = [spread('x'), spread('y')]
  const one = (value: Value | number) => reshape(typeof value === 'number' ? scalar(value) : value, [1, 1])
  const shifted = add(x.mean, mul(x.length, 0.05))
  const boxOf = (centre: Value) => [centre, y.mean, x.length, y.length] as const
  const row = (values: readonly (Value | number)[]) => concat(values.map(one), 1)
  const table = (rows: readonly (readonly (Value | number)[])[]) => {
    const all = concat(rows.map(row), 0)
    return reshape(all, [1, rows.length, rows[0]!.length])
  }
  const own = boxOf(x.mean)
  const other = boxOf(shifted)
  const classes = ['stone', 'animal', 'person']
  const described = { kind: 'detector', format, classes, animals: ['animal'], threshold: 0.25 }
  switch (format) {
    case 'yolov5':
      return writeLocator(
        {
          found: table([
            [...own, 1, 0, 0.9, 0],
            [...own, 0.8, 1, 0, 0],
            [...other, 0.75, 0, 0.8, 0],
          ]),
        }, // prettier rows
        described,
        changes,
      )
    case 'yolov8': {
      const rows = table([
        [...own, 0, 0.9, 0],
        [...own, 0.8, 0, 0],
        [...other, 0, 0.6, 0],
        [...own, 0, 0.1, 0],
      ])
      return writeLocator({ found: transpose(rows, [0, 2, 1]) }, described, changes)
    }
    case 'yolo-nms': {
      const corners = ([cx, cy, w, h]: readonly Value[]) => {
        const [halfW, halfH] = [mul(w!, 0.5), mul(h!, 0.5)]
        return [sub(cx!, halfW), sub(cy!, halfH), add(cx!, halfW), add(cy!, halfH)]
      }
      const rows = [
        [...corners(own), 0.9, 1],
        [...corners(own), 0.8, 0],
        [...corners(own), 0.1, 1],
      ]
      return writeLocator({ found: table(rows) }, { ...described, overlap: null }, changes)
    }
    case 'detr': {
      const part = (values: readonly Value[]) => values.map((value) => div(value, scalar(side)))
      const logit = (p: number) => log(scalar(p / (1 - p)))
      const classesOf = (stone: number, animal: number) => [logit(stone), logit(animal), logit(0.01)]
      return writeLocator(
        {
          logits: table([classesOf(0.01, 0.9), classesOf(0.8, 0.01), classesOf(0.1, 0.1)]),
          pred_boxes: table([part(own), part(own), part(other)]),
        },
        { ...described, activation: 'sigmoid', unit: 'fractions', overlap: null },
        changes,
      )
    }
  }
}

/** The same tensor, whatever the photo: for outputs that no drawn photo would give. */
export function constantOutputs(
  outputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>,
  output: object,
  changes: LocatorChanges = {},
): string {
  const nothing = mul(reduceMean(photoInput(), {}), 0)
  const values = Object.entries(outputs).map(([name, { shape, data }]) => {
    const fixed = constant(float32([...shape], [...data]))
    return [name, add(fixed, expand(nothing, [...shape]))] as const
  })
  return writeLocator(Object.fromEntries(values), output, changes)
}
