import { identicalFileWarnings } from './identical.ts'
import type { Manifest, Photo } from './manifest.ts'
import { type PhotoFile, readPhotos } from './read-photos.ts'
import { listOf, type Skipped } from './unusable.ts'

/** Which photos may be left out, and who is told how far the reading is. */
export interface ScanOptions {
  /** Photos that cannot be used are left out and listed in `skipped`; otherwise they are an error. */
  readonly skipUnreadable?: boolean
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** What is known once every photo was opened; `results[i]` and `contentHashes[i]` belong to `photos[i]`. */
export interface Scan<T> {
  readonly photos: readonly Photo[]
  readonly results: readonly T[]
  /** SHA-256 of each file's bytes. */
  readonly contentHashes: readonly string[]
  readonly skipped: readonly Skipped[]
  readonly warnings: readonly string[]
}

/** What is kept of a photo is small: one that takes long keeps few others waiting. */
const ahead = 64

/** Reads every photo, hands it to `visit`, and keeps what that made. @throws as `readPhotos` does. */
export async function scanPhotos<T>(
  source: Manifest | readonly Photo[],
  visit: (file: PhotoFile) => Promise<T>,
  { onProgress, ...options }: ScanOptions = {},
): Promise<Scan<T>> {
  const total = listOf(source).photos.length
  const photos: Photo[] = []
  const results: T[] = []
  const contentHashes: string[] = []
  const skipped: Skipped[] = []
  for await (const found of readPhotos(source, visit, { ...options, ahead })) {
    if ('reason' in found) skipped.push(found)
    else {
      photos.push(found.photo)
      results.push(found.made)
      contentHashes.push(found.contentHash)
    }
    onProgress?.(photos.length + skipped.length, total)
  }
  const warnings = 'photos' in source ? source.warnings : []
  return {
    photos,
    results,
    contentHashes,
    skipped,
    warnings: [...warnings, ...identicalFileWarnings(photos, contentHashes)],
  }
}
