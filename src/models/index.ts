/** Networks: ConvNeXt in timm's sizes, and the re-identification assembly around it. One architecture a file. */

export type { ParamSpec } from '../nn/index.ts'
export { type ConvNextConfig, convnext, convnextDefaults, convnextHead } from './convnext.ts'
export { type ConvNextName, convnextMiniatures, convnextSizes } from './convnext-sizes.ts'
export { type EmbeddingGraph, type EmbeddingGraphOptions, embeddingGraph } from './embedding-graph.ts'
export {
  backboneConfig,
  embeddingSize,
  neck,
  pooledFeatures,
  type ReIdConfig,
  reidDefaults,
  reidEmbedding,
  reidLoss,
  type TrainingOptions,
} from './reid.ts'
export { reidSchema } from './reid-schema.ts'
