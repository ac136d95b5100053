/**
 * How far a score can be trusted: what speaks against a dataset and its split before a model is trained on them, models of several
 * folds, and whether a trick earns its place.
 */
export {
  type Audit,
  type AuditInput,
  auditPhotos,
  type Finding,
  type FindingKind,
  type NearestPair,
  type NearestPairs,
} from './audit.ts'
export { type BorderInput, type BorderPair, borderVerdict, nearestAcross } from './border-pairs.ts'
export { type CalibrateInput, type CalibrateOptions, calibrateModel } from './calibrate-model.ts'
export { postProcessingGrid, type Trick } from './candidates.ts'
export { type LeakageCertificate, runCertificate, tableCertificate } from './certificate.ts'
export {
  type CrossValidateEvent,
  type CrossValidateOptions,
  type CrossValidateOutcome,
  crossValidate,
} from './cross-validate.ts'
export type { FoldPlan, FoldPlanOptions } from './fold-plan.ts'
export { foldWarnings } from './fold-scores.ts'
export { type Gain, type GateInput, type GateOptions, type GateVerdict, gate } from './gate.ts'
export { checkCalibratable, type PairedPhotos } from './labelled-pairs.ts'
export type { CrossValidation, FoldScore } from './out-of-fold.ts'
export {
  type PostProcessingRecord,
  postProcessingPath,
  readPostProcessing,
  writePostProcessing,
} from './post-processing-file.ts'
export {
  type Proposal,
  type PseudoLabelOptions,
  type PseudoLabelView,
  proposeLabels,
  pseudoLabelDefaults,
  type Vote,
} from './pseudo-labels.ts'
export { type RiskOptions, riskDefaults } from './risk.ts'
export { firstRoundSides } from './round-sides.ts'
export {
  type RoundModel,
  type RoundPhoto,
  type RoundReason,
  type SecondRound,
  type SecondRoundInput,
  type SecondRoundOptions,
  secondRound,
} from './second-round.ts'
export { isSeedsFolder, type SeedsOutcome, type TrainSeedsOptions, trainSeeds } from './seeds.ts'
export { type SeedsSummary } from './seeds-summary.ts'
export type { RankedWay, TrickAtChance, TriedTrick, TuneOptions, TuneOutcome } from './tune.ts'
export { foldsToTuneOn } from './tune-folds.ts'
export { type TunedModel, type TuneModelInput, type TunePart, tuneModel } from './tune-record.ts'
