import { createHash } from 'node:crypto'
import { byCodeUnit, type Photo } from './manifest.ts'

/**
 * SHA-256 of what a dataset says: each photo's name, labels, box and content, whatever the order of photos and where they lie. What was
 * derived from these is not of them.
 */
export function datasetHash(photos: readonly Photo[], contentHashes: readonly string[]): string {
  const lines = photos.map(({ filename, identity, encounter, timestamp, flank, camera, box, mask, derived = [] }, i) =>
    JSON.stringify([
      filename,
      identity ?? null,
      derived.includes('encounter') ? null : (encounter ?? null),
      derived.includes('timestamp') ? null : (timestamp ?? null),
      flank ?? null,
      camera ?? null,
      box === undefined ? null : [box.x, box.y, box.width, box.height],
      contentHashes[i],
      ...(mask === undefined ? [] : [mask.sha256]),
    ]),
  )
  return createHash('sha256').update(lines.sort(byCodeUnit).join('\n')).digest('hex')
}
