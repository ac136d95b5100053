import { hasSplit, type Photo, type SplitSide } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import type { RunData } from '../run/index.ts'

/**
 * On which side of a split each known photo was in the first round: the table's, where it has one; else that of the run which is given,
 * by the files' content. Undefined for each photo where neither is known, or nothing validates.
 */
export function firstRoundSides(
  { photos, contentHashes }: Pick<PhotoEmbeddings, 'photos' | 'contentHashes'>,
  run: Pick<RunData, 'contents'> | undefined,
): readonly (SplitSide | undefined)[] {
  if (hasSplit(photos)) return photos.map(({ split }) => split ?? 'none')
  const validated = new Set(run?.contents?.validation)
  const held = contentHashes.map((hash) => validated.has(hash))
  if (!held.includes(true)) return photos.map(() => undefined)
  return photos.map(({ proposed }, i) => (held[i] && proposed !== true ? 'validation' : 'train'))
}

/** Whether a photo of this side is scored, so that nothing may be learned of it. */
export function isScored(side: SplitSide | undefined): boolean {
  return side === 'validation' || side === 'test'
}

/** Known photos that may name others: on the side that trains, and named by more than a guess. */
export function namesOthers({ identity, proposed }: Photo, side: SplitSide | undefined): boolean {
  return identity !== undefined && proposed !== true && (side === undefined || side === 'train')
}
