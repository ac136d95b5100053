import {
  add,
  and,
  cast,
  constant,
  div,
  gridSample,
  less,
  matmul,
  max,
  min,
  mul,
  reshape,
  slice,
  staticDim,
  sub,
  transpose,
  type Value,
  where,
} from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'

/** ImageNet's channel means and deviations for RGB in [0, 1], with which timm's weights were trained. */
export interface PixelStatistics {
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
}

/** Mean and deviation of ImageNet's pixels in [0, 1], red, green, blue. */
export const imagenetStatistics: PixelStatistics = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }

/**
 * (x / 255 − mean) / std: pixels uint8 [B, H, W, 3] → float32 [B, H, W, 3]. Computed on whole rows of 3·W numbers: a broadcast of three
 * is computed number by number.
 */
export function standardisePixels(pixels: Value, { mean, std }: PixelStatistics = imagenetStatistics): Value {
  const [b, h, w] = [pixels.shape[0]!, staticDim(pixels.shape[1]), staticDim(pixels.shape[2])]
  const row = (numbers: readonly number[]) =>
    constant(float32([3 * w], Array.from({ length: w }, () => numbers).flat()))
  const scale = row(std.map((s) => 1 / (255 * s)))
  const shift = row(mean.map((m, c) => -m / std[c]!))
  const rows = cast(reshape(pixels, [b, h, 3 * w]), 'float32')
  return reshape(add(mul(rows, scale), shift), [b, h, w, 3])
}

/** The random parameters of a step's augmentation, one row a photo; `data` draws them. */
export interface AugmentationInputs {
  /** [B, 2, 3]: from output to input coordinates, both in [−1, 1]; mirror images included. */
  readonly affine: Value
  /** [B, 3, 4]: RGB in [0, 1] and 1 → RGB. */
  readonly color: Value
  /** [B, 4]: x0, y0, x1, y1 in pixels of the box to erase; empty where x1 ≤ x0. */
  readonly erase: Value
}

/**
 * Random affine, colour jitter and erasing of pixels uint8 [B, H, W, 3], then standardisation → float32 [B, H, W, 3]. Outside
 * of the photo is black; erased pixels are the mean. 60 ms for 32 photos of 224² on two cores, beside seconds for the step.
 */
export function augment(
  pixels: Value,
  inputs: AugmentationInputs,
  statistics: PixelStatistics = imagenetStatistics,
): Value {
  const [b, h, w] = pixels.shape.map(staticDim) as [number, number, number]
  const planes = transpose(mul(cast(pixels, 'float32'), 1 / 255), [0, 3, 1, 2]) // [B, 3, H, W]
  const warped = gridSample(planes, samplingGrid(inputs.affine, h, w))
  const coloured = recolour(reshape(warped, [b, 3, h * w]), inputs.color) // [B, 3, H·W]
  const column = (values: readonly number[]) => constant(float32([3, 1], values))
  const standard = div(sub(coloured, column(statistics.mean)), column(statistics.std))
  const kept = mul(reshape(standard, [b, 3, h, w]), keepMask(inputs.erase, h, w))
  return transpose(kept, [0, 2, 3, 1]) // [B, H, W, 3]
}

/** Where each output pixel reads: [B, H, W, 2] of (x, y) in [−1, 1], ±1 the outer edges. */
function samplingGrid(affine: Value, h: number, w: number): Value {
  const centres = Float32Array.from({ length: h * w * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3)
    if (i % 3 === 0) return (2 * (pixel % w) + 1) / w - 1
    return i % 3 === 1 ? (2 * Math.floor(pixel / w) + 1) / h - 1 : 1
  })
  const grid = matmul(constant(float32([1, h * w, 3], centres)), affine, { transB: true }) // [B, H·W, 2]
  return reshape(grid, [affine.shape[0]!, h, w, 2])
}

function recolour(planes: Value, color: Value): Value {
  const mixed = matmul(slice(color, 2, 0, 3), planes) // [B, 3, 3] · [B, 3, H·W]
  return min(max(add(mixed, slice(color, 2, 3, 4)), 0), 1)
}

/** 0 inside of each photo's box, 1 elsewhere: [B, 1, H, W]. */
function keepMask(erase: Value, h: number, w: number): Value {
  const b = staticDim(erase.shape[0])
  const edge = (i: number) => reshape(slice(erase, 1, i, i + 1), [b, 1, 1, 1])
  const range = (n: number, shape: readonly number[]) =>
    constant(
      float32(
        shape,
        Float32Array.from({ length: n }, (_, i) => i + 0.5),
      ),
    )
  const [x, y] = [range(w, [1, 1, 1, w]), range(h, [1, 1, h, 1])]
  const columns = and(less(edge(0), x), less(x, edge(2))) // [B, 1, 1, W]
  const rows = and(less(edge(1), y), less(y, edge(3))) // [B, 1, H, 1]
  return where(and(columns, rows), 0, 1)
}
