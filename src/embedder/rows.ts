import { type Tensor, tensor, zeros } from '../tensor/index.ts'
import { type BatchPolicy, inBatches, joined } from './batches.ts'

/** How a network takes rows. */
export interface RowPolicy extends BatchPolicy {
  /** Always `batchSize` rows: fewer are filled up with black. Otherwise as many at most. */
  readonly fixed: boolean
}

/** Runs pixels [B, H, W, 3] through a network, `batchSize` rows at a time. Returns [B, size]. */
export async function inPieces(
  pixels: Tensor<'uint8'>,
  size: number,
  policy: RowPolicy,
  run: (piece: Tensor<'uint8'>) => Promise<Float32Array>,
): Promise<Float32Array> {
  const [count, ...rest] = pixels.shape as [number, number, number, number]
  const bytes = pixels.data.length / Math.max(1, count)
  const { batchSize, fixed } = policy
  const embed = async ({ length }: readonly number[], begin: number) => {
    const part = pixels.data.subarray(begin * bytes, (begin + length) * bytes)
    const filled = fixed && length < batchSize
    const piece = filled ? zeros('uint8', [batchSize, ...rest]) : tensor('uint8', [length, ...rest], part)
    if (filled) piece.data.set(part)
    return (await run(piece)).subarray(0, length * size)
  }
  return joined(inBatches(Array(count).keys(), policy, embed), count * size)
}

/** e / ‖e‖₂ in place, row by row; norms in float64. Rows of zeros stay zeros. */
export function normaliseRows(data: Float32Array, size: number): Float32Array {
  for (let begin = 0; begin < data.length; begin += size) {
    let squares = 0
    for (let i = begin; i < begin + size; i++) squares += data[i]! * data[i]!
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 1
    for (let i = begin; i < begin + size; i++) data[i]! *= scale
  }
  return data
}
