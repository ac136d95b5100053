import { streamRegular } from '../base/index.ts'

/** ONNX's operator that rounds a whole tensor by its least and greatest number: the photos of a batch share a scale. */
const operator = 'DynamicQuantizeLinear'

/** True for an ONNX file in which the photos of a batch are rounded together, ours in int8 or somebody's. Its bytes name the operator. */
export async function roundsTogether(onnx: string): Promise<boolean> {
  let end: Uint8Array = new Uint8Array(0)
  for await (const piece of streamRegular(onnx)) {
    const bytes = Buffer.concat([end, piece])
    if (bytes.includes(operator)) return true
    end = bytes.subarray(Math.max(0, bytes.length - operator.length))
  }
  return false
}

/** What to say of such a network where more than one photo passes at once. */
export function roundingWarnings(source: string, isTogether: boolean, batch: number): string[] {
  if (!isTogether || batch === 1) return []
  return [
    `${source}: int8 rounds the ${batch} photos of a batch together, so that an embedding depends a little on the photos beside it; with a batch of 1 it does not`,
  ]
}
