/** Networks: backbones under timm's names, family by family, and the re-identification assembly around them. */

export type { ParamSpec } from '../nn/index.ts'
export { type AffineNeck, affineNeck } from './affine-neck.ts'
export {
  type Backbone,
  type BackboneName,
  backboneNames,
  backboneOf,
  type FamilyName,
  isBackboneName,
  parseTimmName,
  pretrainedOf,
  type TimmName,
} from './backbones.ts'
export { type CellGraph, type CellGraphOptions, cellGraph } from './cell-graph.ts'
export {
  type CoatMaps,
  type CoatNetworkConfig,
  coatNetwork,
  coatNetworkDefaults,
  coatStridePx,
} from './coat-network.ts'
export { type ConvNextConfig, convnext, convnextDefaults, convnextHead } from './convnext.ts'
export { convnextMiniatures } from './convnext-sizes.ts'
export { type EmbeddingGraph, type EmbeddingGraphOptions, embeddingGraph } from './embedding-graph.ts'
export { type EnsembleGraphMember, ensembleGraph, memberPrefix } from './ensemble-graph.ts'
export type { AfterPooling, BackboneConfig, Family, Features, PhotoSize, Pretrained } from './family.ts'
export { type FeatureMapGraph, featureMapGraph } from './feature-map.ts'
export { type WeightPrecision, weightPrecision } from './mixed-precision.ts'
export { type PixelStatisticsName, pixelStatistics, pixelStatisticsNames } from './pixel-statistics.ts'
export { type ResampleOptions, resamplePositions } from './positions.ts'
export {
  embeddingSize,
  type IdentityLoss,
  type NeckConfig,
  neck,
  neckLoss,
  pairEmbedding,
  pooledFeatures,
  type ReIdConfig,
  reidBackbone,
  reidDefaults,
  reidLoss,
  type TrainingOptions,
} from './reid.ts'
export { reidSchema } from './reid-schema.ts'
export { type BackboneSummary, summariseBackbone } from './summary.ts'
export { type TimmState, timmState } from './timm-state.ts'
export { type VitConfig, vit, vitFamily, vitTokens } from './vit.ts'
export { vitMiniatures, vitSizes } from './vit-sizes.ts'
