import type { PhotoEmbeddings } from '../embedder/index.ts'
import { pickRows } from '../retrieval/index.ts'

/** The photos whose individual is known, by more than a guess of models: nobody else is an answer. */
export function knownPhotos(set: PhotoEmbeddings): PhotoEmbeddings {
  const unknown = set.photos.flatMap(({ identity, proposed }, i) =>
    identity === undefined || proposed === true ? [i] : [],
  )
  return unknown.length === 0 ? set : without(set, new Set(unknown))
}

/** All rows but those in `out`. */
export function without(set: PhotoEmbeddings, out: ReadonlySet<number>): PhotoEmbeddings {
  const rows = set.photos.flatMap((_, i) => (out.has(i) ? [] : [i]))
  return {
    embeddings: pickRows(set.embeddings, rows),
    photos: rows.map((i) => set.photos[i]!),
    contentHashes: rows.map((i) => set.contentHashes[i]!),
    skipped: set.skipped,
  }
}
