import { counted } from '../base/index.ts'
import { type Manifest, shortList } from './manifest.ts'
import { readTimes } from './timestamps.ts'

/**
 * The manifest with a warning that counts the times which cannot be read (no time, no such day, a year alone): what was written stays, but `readTimes`
 * gives such photos no time. Every kind of dataset passes through here; the names of folders (`May 2024`) state no times, so that none of them is wrong.
 */
export function withReadTimes(manifest: Manifest): Manifest {
  if (manifest.kind === 'folders' || manifest.kind === 'photos') return manifest
  const times = manifest.photos.map(({ timestamp }) => timestamp)
  const { unread } = readTimes(times)
  if (unread.length === 0) return manifest
  const written = times.filter((time) => time !== undefined).length
  const told = `${unread.length} of ${counted(written, 'time')} cannot be read, so that these photos count as having none`
  const words = unreadWords(unread.map((i) => times[i]!))
  return {
    ...manifest,
    warnings: [...manifest.warnings, `${told}: ${words}; times are written as 2024-12-31 13:05`],
  }
}

/** The first few, each once. */
export function unreadWords(written: readonly string[]): string {
  return shortList(
    [...new Set(written)].map((text) => `'${text}'`),
    3,
  )
}
