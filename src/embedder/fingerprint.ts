import { createHash } from 'node:crypto'
import { readJson, readRegular, streamRegular } from '../base/index.ts'
import { describedText } from './description.ts'

/**
 * SHA-256 of what decides an embedding: files of weights, a description, settings. Equal fingerprints mean that embeddings may be
 * compared; threads and batches do not count.
 */
export async function fingerprintOf(
  weights: readonly string[],
  description: string,
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(settings))
  for (const file of weights) for await (const piece of streamRegular(file)) hash.update(piece as Buffer)
  return hash.update(withoutHashes(description)).digest('hex')
}

/** A description as it was before its files had hashes, which decide nothing: a run's gets them only when its training ends. */
function withoutHashes(path: string): Uint8Array | string {
  const { sha256, ...rest } = readJson(path) as Readonly<Record<string, unknown>>
  return sha256 === undefined ? readRegular(path, 'json') : describedText(rest)
}
