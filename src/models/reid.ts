import { check } from '../base/index.ts'
import { concat, type Dim, flip, reduceMean, reshape, slice, staticDim, type Value } from '../graph/index.ts'
import {
  averagePool,
  batchNorm,
  batchNormDefaults,
  dropout,
  gemDefaults,
  gemPool,
  type LossOptions,
  l2Normalise,
  linear,
  type Scope,
  standardisePixels,
  trainingLoss,
} from '../nn/index.ts'
import { type Backbone, backboneOf } from './backbones.ts'
import type { Features } from './family.ts'
import { type PixelStatisticsName, pixelStatistics } from './pixel-statistics.ts'

/** The re-identification network: backbone → pooling → (projection) → batch-norm neck → identity loss, or L2. */
export interface ReIdConfig {
  /** A name of `backboneNames`. */
  readonly backbone: string
  /** What pixels are standardised with: that of the backbone's weights. */
  readonly pixels: PixelStatisticsName
  /** The feature map's generalised mean, its average, or the class token of a transformer. */
  readonly pool: 'gem' | 'average' | 'token'
  /** Where GeM's exponent starts. */
  readonly gemP: number
  /** Width of the embedding; another one than the backbone's adds a linear projection; null keeps the backbone's. */
  readonly embeddingSize: number | null
  /**
   * Whether the neck learns a shift. Without one (Luo et al., arXiv:1903.07071, section 3.5) embeddings are centred and cannot
   * all drift to one point, as they do under ArcFace from random weights.
   */
  readonly neckBias: boolean
  readonly dropPath: number
  /** Dropout before the neck. */
  readonly dropout: number
  /** Where the backbone's layer scale starts: 1e-6 as published for long training; larger learns faster from random weights. */
  readonly layerScaleInit: number
}

/**
 * ConvNeXt-S, GeM pooling from p = 3, batch-norm neck (Luo et al., arXiv:1903.07071) without a shift, embeddings of
 * 768 numbers.
 */
export const reidDefaults: ReIdConfig = {
  backbone: 'convnext_small',
  pixels: 'imagenet',
  pool: 'gem',
  gemP: gemDefaults.p,
  embeddingSize: 768,
  neckBias: false,
  dropPath: 0,
  dropout: 0,
  layerScaleInit: 1e-6,
}

/** The backbone with what the run sets. @throws InputError with the nearest name for one that is not known. */
export function reidBackbone({ backbone, dropPath, layerScaleInit }: ReIdConfig): Backbone {
  return backboneOf(backbone, { dropPath, layerScaleInit })
}

/** D, the numbers of an embedding: the neck's width, or the backbone's where the neck has none of its own. */
export function embeddingSize(config: ReIdConfig): number {
  return config.embeddingSize ?? reidBackbone(config).width
}

/** Standardised pixels [B, H, W, 3] → pooled features [B, C]; the part that is run chunk by chunk. */
export function pooledFeatures(scope: Scope, x: Value, config: ReIdConfig): Value {
  const backbone = reidBackbone(config)
  const features = backbone.features(scope.child('backbone'), x)
  const pooled = poolRules[config.pool](scope.child('pool'), features, config)
  return backbone.afterPooling?.(scope.child('backbone'), pooled) ?? pooled
}

const poolRules: {
  readonly [K in ReIdConfig['pool']]: (scope: Scope, features: Features, config: ReIdConfig) => Value
} = {
  gem: (scope, { map }, { gemP }) => gemPool(scope, map, { ...gemDefaults, p: gemP }),
  average: (_, { map }) => averagePool(map),
  token: (_, { token }, { backbone }) => {
    check(token !== undefined, `model.pool: 'token', but ${backbone} has no class token`, "'gem' or 'average'")
    return token
  },
}

/** What the neck needs to know; the pooled features may be those of any network. */
export type NeckConfig = Pick<ReIdConfig, 'embeddingSize' | 'neckBias' | 'dropout'>

/** Pooled features [B, C] → the neck's output [B, D], not normalised. */
export function neck(scope: Scope, pooled: Value, config: NeckConfig): Value {
  const own = staticDim(pooled.shape[1])
  const size = config.embeddingSize ?? own
  const projected = size === own ? pooled : linear(scope.child('projection'), pooled, { features: size })
  return batchNorm(scope.child('neck'), dropout(scope, projected, config.dropout), {
    ...batchNormDefaults,
    bias: config.neckBias,
  })
}

/** The loss's options, and how much of a batch passes the backbone at once. */
export interface TrainingOptions extends LossOptions {
  /** Photos that pass the backbone together; the neck, the loss and the statistics see the whole batch. */
  readonly chunk: number
}

/** A scalar, and the embeddings it saw [B, D]. */
export interface IdentityLoss {
  readonly loss: Value
  readonly embeddings: Value
}

/** The training loss of standardised pixels [B, H, W, 3] with labels int32 [B]. */
export function reidLoss(
  scope: Scope,
  x: Value,
  labels: Value,
  config: ReIdConfig,
  options: TrainingOptions,
): IdentityLoss {
  const batch = staticDim(x.shape[0])
  const chunks: Value[] = []
  for (let begin = 0; begin < batch; begin += options.chunk) {
    const end = Math.min(batch, begin + options.chunk)
    chunks.push(pooledFeatures(scope.onRows(begin, end, batch), slice(x, 0, begin, end), config))
  }
  return neckLoss(scope, concat(chunks), labels, config, options)
}

/** The training loss of pooled features [B, C] with labels int32 [B]. */
export function neckLoss(
  scope: Scope,
  pooled: Value,
  labels: Value,
  config: NeckConfig,
  options: LossOptions,
): IdentityLoss {
  const embeddings = neck(scope, pooled, config) // [B, D]
  return { loss: trainingLoss(scope, embeddings, labels, options), embeddings }
}

/**
 * Pixels uint8 [B, H, W, 3] → L2-normalised embeddings [B, D], standardisation inside. With `flip`, the neck's outputs of photo
 * and mirror image are averaged before the normalisation.
 */
export function reidEmbedding(
  scope: Scope,
  pixels: Value,
  config: ReIdConfig,
  options: { readonly flip: boolean },
): Value {
  const x = standardisePixels(pixels, pixelStatistics[config.pixels])
  const both = options.flip ? concat([x, flip(x, [2])]) : x // [2·B, H, W, 3]
  const out = neck(scope, pooledFeatures(scope, both, config), config)
  return options.flip ? meanOfPairs(out, pixels.shape[0]!) : l2Normalise(out)
}

/** Pooled features of photos and of their mirror images [2, B, C] → L2-normalised embeddings [B, D]. */
export function pairEmbedding(scope: Scope, pooled: Value, config: NeckConfig): Value {
  const [, batch, width] = pooled.shape
  return meanOfPairs(neck(scope, reshape(pooled, [-1, width!]), config), batch!)
}

/** [2·B, D] → the means over photo and mirror image, L2-normalised [B, D]. */
function meanOfPairs(out: Value, batch: Dim): Value {
  const pairs = reshape(out, [2, batch, out.shape[1]!])
  return l2Normalise(reduceMean(pairs, { axes: [0] }))
}
