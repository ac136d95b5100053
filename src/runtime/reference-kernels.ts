import { invariant } from '../base/index.ts'
import { sizeOf, stridesOf } from '../tensor/index.ts'

/** A dense tensor of float64, the only type the reference evaluator computes with. */
export interface Wide {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

export function wide(shape: readonly number[]): Wide {
  return { shape, data: new Float64Array(sizeOf(shape)) }
}

/** f applied elementwise over broadcast operands. */
export function mapBroadcast(
  shape: readonly number[],
  inputs: readonly Wide[],
  f: (...values: number[]) => number,
): Wide {
  const out = wide(shape)
  const offsets = inputs.map((x) => broadcastOffsets(x.shape, shape))
  const values = new Array<number>(inputs.length)
  for (let i = 0; i < out.data.length; i++) {
    for (let k = 0; k < inputs.length; k++) values[k] = inputs[k]!.data[offsets[k]![i]!]!
    out.data[i] = f(...values)
  }
  return out
}

/** For each element of `shape`, the offset of the operand's element that broadcasts onto it. */
function broadcastOffsets(from: readonly number[], shape: readonly number[]): Int32Array {
  const lead = shape.length - from.length
  const own = stridesOf(from)
  return gatherOffsets(
    shape,
    shape.map((_, i) => (i < lead || from[i - lead] === 1 ? 0 : own[i - lead]!)),
  )
}

/** Offsets Σ index·stride over all indices of `shape`, row-major. */
function gatherOffsets(shape: readonly number[], strides: readonly number[], start = 0): Int32Array {
  let offsets = Int32Array.of(start)
  shape.forEach((dim, axis) => {
    const next = new Int32Array(offsets.length * dim)
    for (let i = 0; i < offsets.length; i++)
      for (let j = 0; j < dim; j++) next[i * dim + j] = offsets[i]! + j * strides[axis]!
    offsets = next
  })
  return offsets
}

/** Elements taken by strides: transposes, slices and flips are all this. */
export function gather(x: Wide, shape: readonly number[], strides: readonly number[], start = 0): Wide {
  const offsets = gatherOffsets(shape, strides, start)
  return { shape, data: Float64Array.from(offsets, (offset) => x.data[offset]!) }
}

/** Reduced over axes by f from `initial`. */
export function reduce(
  x: Wide,
  axes: readonly number[],
  keepDims: boolean,
  initial: number,
  f: (accumulator: number, value: number) => number,
): Wide {
  const kept = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
  const strides = stridesOf(kept).map((stride, i) => (axes.includes(i) ? 0 : stride))
  const offsets = gatherOffsets(x.shape, strides)
  const data = new Float64Array(sizeOf(kept)).fill(initial)
  for (let i = 0; i < x.data.length; i++) data[offsets[i]!] = f(data[offsets[i]!]!, x.data[i]!)
  return { shape: keepDims ? kept : kept.filter((_, i) => !axes.includes(i)), data }
}

/** [..., M, K] × [..., K, N] with leading sizes broadcast to those of `shape`. */
export function matmul(a: Wide, b: Wide, transA: boolean, transB: boolean, shape: readonly number[]): Wide {
  const out = wide(shape)
  const [m, n] = [shape[shape.length - 2]!, shape[shape.length - 1]!]
  const k = a.shape[a.shape.length - (transA ? 2 : 1)]!
  const leading = shape.slice(0, -2)
  const matrices = (x: Wide) =>
    broadcastOffsets(x.shape.slice(0, -2), leading).map((i) => i * x.shape.at(-1)! * x.shape.at(-2)!)
  const [startA, startB] = [matrices(a), matrices(b)]
  const [rowA, columnA] = transA ? [1, m] : [k, 1]
  const [rowB, columnB] = transB ? [1, k] : [n, 1]
  for (let batch = 0, o = 0; batch < sizeOf(leading); batch++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++, o++) {
        let sum = 0
        for (let l = 0; l < k; l++) {
          sum += a.data[startA[batch]! + i * rowA + l * columnA]! * b.data[startB[batch]! + l * rowB + j * columnB]!
        }
        out.data[o] = sum
      }
    }
  }
  return out
}

/** Calls `visit(x offset, w offset, y offset)` for every product of a depthwise convolution of x [B,H,W,C] with k×k kernels. */
export function visitDepthwise(
  xShape: readonly number[],
  [kh, kw]: readonly [number, number],
  yShape: readonly number[],
  pad: number,
  visit: (x: number, w: number, y: number) => void,
): void {
  const [batch, h, w, c] = xShape as [number, number, number, number]
  const [, yh, yw] = yShape as [number, number, number, number]
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < yh; i++)
      for (let j = 0; j < yw; j++)
        for (let u = 0; u < kh; u++) {
          const r = i + u - pad
          if (r < 0 || r >= h) continue
          for (let v = 0; v < kw; v++) {
            const s = j + v - pad
            if (s < 0 || s >= w) continue
            for (let d = 0; d < c; d++) {
              visit(((b * h + r) * w + s) * c + d, (d * kh + u) * kw + v, ((b * yh + i) * yw + j) * c + d)
            }
          }
        }
}

/** Bilinear sampling with zeros outside (ONNX GridSample, align_corners = 0). */
export function gridSample(x: Wide, grid: Wide): Wide {
  const [batch, c, h, w] = x.shape as [number, number, number, number]
  const [, gh, gw] = grid.shape as [number, number, number, number]
  const out = wide([batch, c, gh, gw])
  const at = (b: number, ch: number, r: number, s: number) =>
    r < 0 || r >= h || s < 0 || s >= w ? 0 : x.data[((b * c + ch) * h + r) * w + s]!
  for (let b = 0; b < batch; b++) {
    for (let p = 0; p < gh * gw; p++) {
      const g = (b * gh * gw + p) * 2
      const sx = ((grid.data[g]! + 1) * w - 1) / 2
      const sy = ((grid.data[g + 1]! + 1) * h - 1) / 2
      const [s, r] = [Math.floor(sx), Math.floor(sy)]
      const [fx, fy] = [sx - s, sy - r]
      for (let ch = 0; ch < c; ch++) {
        const top = at(b, ch, r, s) * (1 - fx) + at(b, ch, r, s + 1) * fx
        const bottom = at(b, ch, r + 1, s) * (1 - fx) + at(b, ch, r + 1, s + 1) * fx
        out.data[(b * c + ch) * gh * gw + p] = top * (1 - fy) + bottom * fy
      }
    }
  }
  return out
}

/**
 * erf to float64's precision: its Maclaurin series below 2, where the alternating terms lose no more than two digits, and the
 * continued fraction of erfc above (Abramowitz and Stegun 7.1.5, 7.1.14).
 */
export function erf(x: number): number {
  const a = Math.abs(x)
  if (Number.isNaN(x)) return x
  if (a > 6) return Math.sign(x)
  if (a < 2) {
    let term = a
    let sum = a
    for (let n = 1; Math.abs(term) > 1e-18 * sum; n++) {
      term *= (-a * a) / n
      sum += term / (2 * n + 1)
      invariant(n < 200, 'the series of erf does not end')
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI)
  }
  let fraction = a
  for (let n = 60; n >= 1; n--) fraction = a + n / 2 / fraction
  return Math.sign(x) * (1 - Math.exp(-a * a) / (fraction * Math.sqrt(Math.PI)))
}
