import { invariant } from '../base/index.ts'
import { sizeOf, type Tensor, tensor } from '../tensor/index.ts'

/** From which grid of patches to which positions are resampled. */
export interface ResampleOptions {
  /** Rows and columns of patches that the positions were learned for, and are wanted for. */
  readonly from: readonly [rows: number, columns: number]
  readonly to: readonly [rows: number, columns: number]
  /** Tokens before the patches, which keep their positions. */
  readonly prefix: number
}

/**
 * Position embeddings for another grid, as timm's resample_abs_pos_embed: bicubic (Keys' kernel with a = −1/2) and
 * antialiased, as PyTorch's interpolate(antialias=True), in float64: [1, prefix + rows·columns, C] → [1, prefix + rows'·columns', C].
 */
export function resamplePositions(positions: Tensor, { from, to, prefix }: ResampleOptions): Tensor<'float32'> {
  const channels = positions.shape[2]!
  const [oldRows, oldColumns] = from
  const [rows, columns] = to
  invariant(
    positions.shape[1] === prefix + oldRows * oldColumns,
    `positions of ${positions.shape} for a grid of ${from}`,
  )
  const data = Float64Array.from(positions.data as Float32Array)
  const kept = data.subarray(0, prefix * channels)
  const wide = alongAxis(data.subarray(prefix * channels), [oldRows, oldColumns, channels], columns)
  const grid = alongAxis(wide, [1, oldRows, columns * channels], rows)
  return tensor('float32', [1, prefix + sizeOf(to), channels], Float32Array.from([...kept, ...grid]))
}

/** [outer, n, inner] → [outer, size, inner]. */
function alongAxis(x: Float64Array, [outer, n, inner]: readonly [number, number, number], size: number): Float64Array {
  const y = new Float64Array(outer * size * inner)
  for (let i = 0; i < size; i++) {
    for (const { index, weight } of taps(i, n, size)) {
      for (let o = 0; o < outer; o++) {
        const [to, at] = [(o * size + i) * inner, (o * n + index) * inner]
        for (let k = 0; k < inner; k++) y[to + k]! += weight * x[at + k]!
      }
    }
  }
  return y
}

/** What element i of `size` takes from the n there were: the kernel as wide as the step, where that is more than 1; weights sum to 1. */
function taps(i: number, n: number, size: number): { index: number; weight: number }[] {
  const step = n / size
  const stretch = Math.max(step, 1)
  const centre = step * (i + 0.5)
  const first = Math.max(0, Math.floor(centre - 2 * stretch + 0.5))
  const last = Math.min(n, Math.floor(centre + 2 * stretch + 0.5))
  const weights = Array.from({ length: last - first }, (_, k) => cubic((first + k + 0.5 - centre) / stretch))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight, k) => ({ index: first + k, weight: weight / total }))
}

/** Keys' cubic convolution kernel, a = −1/2. */
function cubic(x: number): number {
  const t = Math.abs(x)
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0
}
