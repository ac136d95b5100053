import type { Value } from '../graph/index.ts'
import type { Scope } from '../nn/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { PixelStatisticsName } from './pixel-statistics.ts'

/** What a backbone makes of standardised pixels [B, H, W, 3]. */
export interface Features {
  /** [B, H', W', C]; of a transformer the patch tokens in their places. */
  readonly map: Value
  /** [B, C]: the class token, where there is one. */
  readonly token?: Value | undefined
}

/** Pooled features [B, C] → [B, C], in the backbone's scope. */
export type AfterPooling = (scope: Scope, pooled: Value) => Value

/** What every architecture's configuration has, and a run may set. */
export interface BackboneConfig {
  /** Stochastic depth: drop probability of the last block; earlier ones less, in even steps. */
  readonly dropPath: number
  /** Where layer scale starts; null where the architecture has none. */
  readonly layerScaleInit: number | null
}

/** A family of architectures: what every one of its configurations means. Parameter names and shapes are timm's. */
export interface Family<C extends BackboneConfig> {
  /** C of the features. */
  width(config: C): number
  /** Height and width of the pixels are multiples of it. */
  stridePx(config: C): number
  /** How many layers follow the stem: the steps of layer-wise learning-rate decay, freezing and recomputation. */
  layers(config: C): number
  /** The layer of a parameter by its timm name: 0 for what leads to the first block, `layers` at the end. */
  layerOf(config: C, name: string): number
  /** timm's forward_features: x [B, H, W, 3]. The input of the first layer and every layer's end are marked in the scope. */
  features(scope: Scope, x: Value, config: C): Features
  /**
   * What follows the pooling and belongs to the backbone. Undefined where the pooled features leave it as they are: then what each
   * place of the map adds to an embedding can be told (`cellGraph`).
   */
  afterPooling(config: C): AfterPooling | undefined
  /** timm's forward without a classifier (num_classes = 0): features → [B, C]. */
  head(scope: Scope, features: Features, config: C): Value
  /** A file's parameter for photos of that size: position embeddings are resampled, all else stays as it is. */
  resized(tensor: Tensor, name: string, config: C, size: PhotoSize, from?: PhotoSize): Tensor
  /** Names of the parameters that belong to one size of photos. */
  readonly sized: RegExp
  /** Parameters of timm's files that re-identification has no place for: the classifier and what leads to it. */
  readonly leftOut: RegExp
}

/** Height and width of the photos that a network sees, in pixels. */
export interface PhotoSize {
  readonly heightPx: number
  readonly widthPx: number
}

/** Pretrained weights of one architecture, as timm publishes them under a tag. */
export interface Pretrained {
  /** Height and width of the photos they were trained on. */
  readonly inputPx: number
  readonly pixels: PixelStatisticsName
  /** As their publisher states it. */
  readonly licence: string
  /** They come with rosette, so that nothing is fetched. */
  readonly shipped?: true
}
