import {
  decodePhoto,
  listOf,
  type Manifest,
  type Photo,
  type PhotoFile,
  readPhotos,
  type Skipped,
} from '../data/index.ts'
import { facingCache } from './facing-cache.ts'
import type { FacingNetwork } from './facing-network.ts'
import { type FlankProposal, proposalDefaults, proposalOf } from './proposal.ts'

/** What is proposed, which photos may be left out, and who is told how far it is. */
export interface ProposeOptions {
  /** From which confidence on a flank is proposed; `proposalDefaults` unless given. */
  readonly threshold?: number | undefined
  /** Photos that cannot be used are left out and listed; otherwise they are an error that lists them all. */
  readonly skipUnreadable?: boolean | undefined
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
  /** Where answers are kept; beside the other caches unless given. */
  readonly cacheDir?: string | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Proposals by photo, and the photos that could not be looked at. */
export interface FlankProposals {
  readonly proposals: ReadonlyMap<Photo, FlankProposal>
  readonly skipped: readonly Skipped[]
}

/**
 * Proposes the flank of each photo from the animal's facing. Photos that the network has seen before come from the cache, where each answer is kept
 * at once: a killed process loses the photos at work. @throws InputError listing everything that is wrong with files, CacheError where the
 * cache cannot be written; the signal's reason when it aborts.
 */
export async function proposeFlanks(
  network: FacingNetwork,
  source: Manifest | readonly Photo[],
  options: ProposeOptions = {},
): Promise<FlankProposals> {
  const { threshold = proposalDefaults.threshold, skipUnreadable, limitPixels, cacheDir, onProgress, signal } = options
  const cache = facingCache(network.fingerprint, cacheDir)
  const total = listOf(source).photos.length
  const proposals = new Map<Photo, FlankProposal>()
  const skipped: Skipped[] = []
  const look = async ({ photo, bytes, contentHash }: PhotoFile) => {
    const known = cache.read(contentHash, photo)
    if (known !== undefined) return known
    const shares = await network.shares({ image: await decodePhoto({ photo, bytes }, limitPixels), box: photo.box })
    cache.write(contentHash, photo, shares)
    return shares
  }
  onProgress?.(0, total)
  for await (const found of readPhotos(source, look, { skipUnreadable, mayBeEmpty: true, signal })) {
    if ('reason' in found) skipped.push(found)
    else proposals.set(found.photo, proposalOf(found.made, { threshold }))
    onProgress?.(proposals.size + skipped.length, total)
  }
  return { proposals, skipped }
}
