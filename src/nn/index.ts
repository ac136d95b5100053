/**
 * Layers, losses and augmentation as functions that extend a graph. A `Scope` hands out parameters by name and records what
 * must be initialised, trained and drawn.
 */
export { type AttentionConfig, type AttentionOptions, attention, attentionDefaults } from './attention.ts'
export {
  type AugmentationInputs,
  augment,
  imagenetStatistics,
  type PixelStatistics,
  standardisePixels,
} from './augment.ts'
export { type BatchNormConfig, batchNorm, batchNormDefaults } from './batch-norm.ts'
export { depthwiseConv, normPatchify, patchify, stridedConv3 } from './conv.ts'
export {
  arcfaceDefaults,
  cosfaceDefaults,
  type IdentityLossConfig,
  type IdentityLossKind,
  identityLogits,
  type OwnLogits,
} from './identity-loss.ts'
export { initialise } from './init.ts'
export {
  applyLinear,
  foldedBias,
  foldScale,
  type LinearConfig,
  type LinearOptions,
  type LinearWeights,
  linear,
  linearDefaults,
  linearWeights,
  normLinear,
} from './linear.ts'
export { crossEntropy, l2Normalise } from './losses.ts'
export type { LogitInputs } from './margin-logits.ts'
export {
  type MatchedPlaces,
  type MatchLoss,
  type MatchLossConfig,
  matchLoss,
  matchLossDefaults,
} from './match-loss.ts'
export { type MlpConfig, type MlpOptions, mlp } from './mlp.ts'
export { type NormConfig, type NormKind, norm, normDefaults } from './norm.ts'
export {
  isPairLoss,
  isPairLossKind,
  type OwnPairLoss,
  type PairLossConfig,
  type PairLossKind,
  pairLoss,
  pairLossDefaults,
  pairLossSchema,
} from './pair-loss.ts'
export { type Pairs, pairsOf, type Remembered } from './pairs.ts'
export { averageParts, averagePool, type GemConfig, gemDefaults, gemParts, gemPool } from './pool.ts'
export { dropout, stochasticDepth } from './regularise.ts'
export { type ResponseNorm, responseNorm } from './response-norm.ts'
export { type Grid, type Rotary, type RotaryConfig, rotary, rotaryAngles } from './rotary.ts'
export {
  type Init,
  type Mode,
  oneInit,
  type ParamSpec,
  type RandomSpec,
  Scope,
  type StatisticSpec,
  zeroInit,
} from './scope.ts'
export {
  isLossKind,
  type LossConfig,
  type LossKind,
  type LossOptions,
  largestMargin,
  lossDefaults,
  lossSchema,
  trainingLoss,
} from './training-loss.ts'
