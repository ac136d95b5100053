import { inOrder } from '../base/index.ts'
import { type Tensor, tensor, zeros } from '../tensor/index.ts'

/**
 * Runs pixels [B, H, W, 3] through a network that takes `limit` rows at a time, or exactly `limit` where it is `fixed`: the last
 * piece is then filled up with black. One piece more than `lanes` is under way at once, so that none waits. Returns [B, size].
 */
export async function inPieces(
  pixels: Tensor<'uint8'>,
  size: number,
  { limit, fixed, lanes }: { readonly limit: number; readonly fixed: boolean; readonly lanes: number },
  run: (piece: Tensor<'uint8'>) => Promise<Float32Array>,
): Promise<Float32Array> {
  const [count, ...rest] = pixels.shape as [number, number, number, number]
  const bytes = pixels.data.length / Math.max(1, count)
  const out = new Float32Array(count * size)
  const embed = async (i: number) => {
    const begin = i * limit
    const rows = Math.min(limit, count - begin)
    const part = pixels.data.subarray(begin * bytes, (begin + rows) * bytes)
    const piece = fixed && rows < limit ? zeros('uint8', [limit, ...rest]) : tensor('uint8', [rows, ...rest], part)
    if (piece.data !== part) piece.data.set(part)
    return (await run(piece)).subarray(0, rows * size)
  }
  let begin = 0
  for await (const rows of inOrder(Math.ceil(count / limit), embed, { lanes: lanes + 1, ahead: lanes + 1 })) {
    out.set(rows, begin)
    begin += rows.length
  }
  return out
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
