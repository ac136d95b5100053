import { createHash } from 'node:crypto'
import { readJson, readRegular, sha256OfFile, streamRegular } from '../base/index.ts'
import { describedText, type ModelDescription } from './description.ts'

/** What changes embeddings of the same weights: averaging with mirror images, precision. */
type Settings = Readonly<Record<string, string>>

/**
 * SHA-256 of what decides an embedding: files of weights, a description, settings. Equal fingerprints mean that embeddings may be
 * compared; threads and batches do not count.
 */
export async function fingerprintOf(
  weights: readonly string[],
  description: string,
  settings: Settings,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(settings))
  for (const file of weights) for await (const piece of streamRegular(file)) hash.update(piece)
  return hash.update(withoutHashes(description)).digest('hex')
}

/** The same of a run's checkpoint: by the SHA-256 of its file, which a model that was exported from it states. */
export async function checkpointFingerprint(
  checkpoint: { readonly path: string } | { readonly sha256: string },
  description: string,
  settings: Settings,
): Promise<string> {
  const sha256 = 'sha256' in checkpoint ? checkpoint.sha256 : await sha256OfFile(checkpoint.path)
  const hash = createHash('sha256').update(JSON.stringify({ ...settings, checkpoint: sha256 }))
  return hash.update(withoutHashes(description)).digest('hex')
}

/** The checkpoint that an exported model was made from, where its files are those that it states this of. */
export function statedCheckpoint({ checkpoint, sha256 }: ModelDescription): { readonly sha256: string } | undefined {
  return checkpoint === undefined || sha256 === undefined ? undefined : { sha256: checkpoint }
}

/** A description without hashes and seal, which decide nothing: a run's gets those of its files only when its training ends. */
function withoutHashes(path: string): Uint8Array | string {
  const { sha256, checkpoint, seal, ...rest } = readJson(path) as Readonly<Record<string, unknown>>
  const isPlain = [sha256, checkpoint, seal].every((hash) => hash === undefined)
  return isPlain ? readRegular(path, 'json') : describedText(rest)
}
