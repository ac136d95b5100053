import { type Tensor, tensor, zeros } from '../tensor/index.ts'

/**
 * Runs pixels [B, H, W, 3] through a network that takes `limit` rows at a time, or exactly `limit` where it is `fixed`: the last
 * piece is then filled up with black. Pieces wait for nothing but `run`. Returns [B, size].
 */
export async function inPieces(
  pixels: Tensor<'uint8'>,
  size: number,
  { limit, fixed }: { readonly limit: number; readonly fixed: boolean },
  run: (piece: Tensor<'uint8'>) => Promise<Float32Array>,
): Promise<Float32Array> {
  const [count, ...rest] = pixels.shape as [number, number, number, number]
  const bytes = pixels.data.length / Math.max(1, count)
  const out = new Float32Array(count * size)
  const pieces = Array.from({ length: Math.ceil(count / limit) }, async (_, i) => {
    const begin = i * limit
    const rows = Math.min(limit, count - begin)
    const part = pixels.data.subarray(begin * bytes, (begin + rows) * bytes)
    const piece = fixed && rows < limit ? zeros('uint8', [limit, ...rest]) : tensor('uint8', [rows, ...rest], part)
    if (piece.data !== part) piece.data.set(part)
    out.set((await run(piece)).subarray(0, rows * size), begin * size)
  })
  await Promise.all(pieces)
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
