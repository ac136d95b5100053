/** Which flank an animal shows, where nobody has said: told from its facing, by a network that was trained on drawn animals only. */
export { type FacingNetwork, type FacingPhoto, type OpenFacingOptions, openFacing } from './facing-network.ts'
export { facingScores, facingSidePx } from './network.ts'
export {
  type Facing,
  type FacingShares,
  type FlankProposal,
  type ProposalOptions,
  proposalDefaults,
  proposalOf,
} from './proposal.ts'
export { type FlankProposals, type ProposeOptions, proposeFlanks } from './propose.ts'
