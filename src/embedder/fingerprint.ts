import { createHash } from 'node:crypto'
import { readRegular, streamRegular } from '../base/index.ts'
import { decodeModel, externalPaths } from '../onnx/index.ts'

/**
 * SHA-256 of the files and settings that decide an embedding. Equal fingerprints mean that embeddings may be compared; threads and
 * batches do not count.
 */
export async function fingerprintOf(
  files: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(settings))
  for (const file of files) for await (const piece of streamRegular(file)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

/** An ONNX file and the files in which it keeps weights. */
export function onnxFiles(onnx: string): string[] {
  return [onnx, ...externalPaths(decodeModel(readRegular(onnx, 'onnx'), onnx), onnx)]
}
