/** Why two photos match: what each part of a photo adds to a similarity, and whether the network answers without it. */
export type { Correspondence } from './attribution.ts'
export { type DeletionOptions, type Faithfulness } from './deletion.ts'
export {
  type ExplainConfig,
  type ExplainedModel,
  type ExplainedPhoto,
  explainDefaults,
  explainMatch,
  type MatchExplanation,
} from './explain.ts'
