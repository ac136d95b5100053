import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import {
  GeneralError,
  messageOf,
  readSealed,
  readSealedInto,
  sealBytes,
  sweepTemporary,
  systemMessage,
  writeSealed,
} from '../base/index.ts'
import { type Box, type CaptionKind, type Geometry, seenVersion } from '../images/index.ts'

/** The cache's own trouble. */
export class CacheError extends GeneralError {}

/** An entry could not be written, and what to do. */
export function notWritten(error: unknown): CacheError {
  return new CacheError(
    `cache: ${(systemMessage(error) ?? messageOf(error)).split('\n')[0]}`,
    'set ROSETTE_CACHE to a folder with space that can be written',
  )
}

/**
 * Where rosette keeps what it can make again: `ROSETTE_CACHE`, else `XDG_CACHE_HOME/rosette`, else `.cache/rosette` in the
 * home folder.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env.ROSETTE_CACHE) return env.ROSETTE_CACHE
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rosette')
}

/** The cache file of a photo's pixels: decided by its bytes, its box and mask, the geometry and the decoder, so that it never goes stale. */
export function entryPath(
  cacheDir: string,
  contentHash: string,
  geometry: Geometry,
  { box, mask }: { readonly box?: Box | undefined; readonly mask?: { readonly sha256: string } | undefined },
): string {
  const { widthPx, heightPx, resize, kernel, alpha, maskMargin, meanFill, captions } = geometry
  const key = JSON.stringify([
    seenVersion,
    contentHash,
    [
      widthPx,
      heightPx,
      resize,
      kernel,
      alpha,
      alpha.startsWith('crop') ? maskMargin : 0,
      alpha === 'mean' ? meanFill : 0,
      ...(captions === 'crop' ? [captions] : []),
    ],
    box && [box.x, box.y, box.width, box.height],
    ...(mask === undefined ? [] : [mask.sha256]),
  ])
  const name = createHash('sha256').update(key).digest('hex')
  return join(cacheDir, 'pixels', name.slice(0, 2), `${name.slice(2)}.rgb`)
}

/** Removes what kills left half written in a folder of the cache: whoever is about to write there calls it. */
export function sweepCache(folder: string): void {
  try {
    sweepTemporary(folder, { recursive: true })
  } catch {
    // another process sweeps too, or the cache cannot be looked into: writing an entry then says why
  }
}

/** True for an entry that is there and whole: its seal is right. */
export function hasEntry(path: string, bytes: number): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size === bytes + sealBytes && readSealed(path) !== undefined
  } catch {
    // a cache that cannot be looked into has no entries; writing one then says why
    return false
  }
}

/** Writes an entry; two processes may write the same one. @throws CacheError where the cache cannot be written. */
export function writeEntry(path: string, pixels: Uint8Array): void {
  try {
    writeSealed(path, pixels)
  } catch (error) {
    // Windows refuses to replace a file that another process reads: that process has the same pixels
    if (hasEntry(path, pixels.length)) return
    throw notWritten(error)
  }
}

const captionMarks = { strip: '.captioned', date: '.dated' } as const satisfies Readonly<Record<CaptionKind, string>>

/** Notes, before an entry is written, which captions of its photo were left out: who finds the entry can tell it. */
export function markCaptions(path: string, kinds: readonly CaptionKind[]): void {
  for (const kind of kinds) writeEntry(`${path}${captionMarks[kind]}`, new Uint8Array(0))
}

/** The captions of an entry's photo that were left out. */
export function captionsOf(path: string): CaptionKind[] {
  return (['strip', 'date'] as const).filter((kind) => existsSync(`${path}${captionMarks[kind]}`))
}

/** Fills `target` with an entry. @throws CacheError where the entry was removed, cut or damaged since the store was opened. */
export function readEntry(path: string, target: Uint8Array): void {
  try {
    if (readSealedInto(path, target)) return
  } catch (error) {
    throw new CacheError(`cache: ${messageOf(error)}`, 'the cache was cleared during the run: run the command again')
  }
  const cut = statSync(path, { throwIfNoEntry: false })?.size !== target.length + sealBytes
  throw new CacheError(
    cut ? `cache: ${path} has another length than ${target.length} bytes` : `cache: ${path} is damaged (its hash)`,
    'run the command again: it makes the entry anew',
  )
}
