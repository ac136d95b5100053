/** The side that an animal turns to the viewer: a flank, or its head or tail. */
export type Facing = 'left' | 'right' | 'front' | 'back'

/** How likely each is, of sum 1. */
export type FacingShares = Readonly<Record<Facing, number>>

/** What is proposed for a photo. */
export interface FlankProposal {
  readonly shares: FacingShares
  /** Undefined where nothing is likely enough: unsure. */
  readonly flank: Facing | undefined
  /** The largest share, 0.25 … 1. */
  readonly confidence: number
}

/** From which confidence on a flank is proposed. */
export interface ProposalOptions {
  readonly threshold: number
}

/** On drawn animals that were not trained on, 19 of 20 flanks that are proposed from here on are right (`results/flanks.csv`). */
export const proposalDefaults = { threshold: 0.9 } as const satisfies ProposalOptions

/** The likeliest side, where it is likely enough. */
export function proposalOf(shares: FacingShares, { threshold }: ProposalOptions = proposalDefaults): FlankProposal {
  const order: readonly Facing[] = ['left', 'right', 'front', 'back']
  const likeliest = order.reduce((best, side) => (shares[side] > shares[best] ? side : best))
  const confidence = shares[likeliest]
  return { shares, flank: confidence >= threshold ? likeliest : undefined, confidence }
}
