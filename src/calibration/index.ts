/**
 * Scores made probabilities: curves fitted on labelled pairs, fusion of two kinds of scores, whom a photo shows or whether nobody known, and what to say of
 * it. Arrays in, arrays out; nothing here knows of photos, models or files.
 */
export {
  type Curve,
  type CurveKind,
  curveKinds,
  fewestForSteps,
  fitCurve,
  logLikelihoodRatio,
  logLoss,
  probabilityAt,
  towardsOne,
} from './curve.ts'
export { type AnswerCosts, costDefaults, type Decision, decide, thresholdsOf } from './decision.ts'
export { type IsotonicCurve } from './isotonic.ts'
export { type LogisticCurve } from './logistic.ts'
export { type NewAnimalBin, type NewAnimalQuestion, type NewAnimals, newAnimalsOf } from './new-animals.ts'
export {
  type EvidentPairs,
  type FusionKind,
  fitFusion,
  fusedScore,
  fusionKinds,
  type JointEvidence,
  type LocalEvidence,
  matchersOf,
  neverContradicts,
  type PairEvidence,
  type PairFusion,
} from './pair-fusion.ts'
export {
  type AnsweredQuery,
  type AnswerModel,
  type ComparedIndividual,
  type ComparedIndividuals,
  comparedBy,
  fitAnswerModel,
  type Posterior,
  posteriorOf,
} from './posterior.ts'
export { withPrior } from './prior.ts'
export { eceOfLuck, type Reliability, type ReliabilityBin, reliabilityOf } from './reliability.ts'
export { type RiskCoverage, type RiskPoint, riskCoverage } from './risk-coverage.ts'
export { type ScoredPairs } from './scored-pairs.ts'
