import * as z from 'zod'
import { type MakeOnceOptions, type Manifest, makeOnce, type Photo, type Skipped } from '../data/index.ts'
import type { FacingNetwork } from './facing-network.ts'
import { type FacingShares, type FlankProposal, proposalDefaults, proposalOf } from './proposal.ts'

/** What is proposed, which photos may be left out, and who is told how far it is. */
export interface ProposeOptions extends MakeOnceOptions {
  /** From which confidence on a flank is proposed; `proposalDefaults` unless given. */
  readonly threshold?: number | undefined
}

/** Proposals by photo, and the photos that could not be looked at. */
export interface FlankProposals {
  readonly proposals: ReadonlyMap<Photo, FlankProposal>
  readonly skipped: readonly Skipped[]
}

const sharesSchema = z.object({ left: z.number(), right: z.number(), front: z.number(), back: z.number() })

/**
 * Proposes the flank of each photo from the animal's facing. Photos that the network has seen before come from the cache (`makeOnce`). @throws as
 * `makeOnce` does.
 */
export async function proposeFlanks(
  network: FacingNetwork,
  source: Manifest | readonly Photo[],
  { threshold = proposalDefaults.threshold, ...options }: ProposeOptions = {},
): Promise<FlankProposals> {
  const kind = {
    ...{ folder: 'facing', ending: 'json', fingerprint: network.fingerprint },
    encode: (shares: FacingShares) => JSON.stringify(shares),
    decode: (bytes: Uint8Array) => sharesSchema.safeParse(JSON.parse(Buffer.from(bytes).toString())).data,
  }
  const proposals = new Map<Photo, FlankProposal>()
  const skipped: Skipped[] = []
  for await (const found of makeOnce(source, kind, (photo) => network.shares(photo), options)) {
    if ('reason' in found) skipped.push(found)
    else proposals.set(found.photo, proposalOf(found.made, { threshold }))
  }
  return { proposals, skipped }
}
