import { add, gelu, staticDim, type Value } from '../graph/index.ts'
import {
  applyLinear,
  averagePool,
  depthwiseConv,
  foldedBias,
  foldScale,
  type LinearWeights,
  linearWeights,
  type NormConfig,
  norm,
  normDefaults,
  normLinear,
  normPatchify,
  patchify,
  responseNorm,
  type Scope,
  stochasticDepth,
  stridedConv3,
} from '../nn/index.ts'
import type { BackboneConfig, Family } from './family.ts'

/**
 * ConvNeXt V1 (Liu et al., arXiv:2201.03545) and V2 (Woo et al., arXiv:2301.00808) as timm builds them; parameter names and shapes are timm's. Letters: B batch, H W
 * height and width, C channels.
 */
export interface ConvNextConfig extends BackboneConfig {
  /** Blocks in each of the four stages. */
  readonly depths: readonly [number, number, number, number]
  /** Channels of each stage. */
  readonly dims: readonly [number, number, number, number]
  /** 'patch': one 4×4 convolution of stride 4; the others: two 3×3 of stride 2, narrower first ('tiered'), GELU between ('act'). */
  readonly stem: 'patch' | 'overlap' | 'overlap_tiered' | 'overlap_act'
  /** timm keeps the block's linear layers as 1×1 convolutions: the same numbers under another shape. */
  readonly convMlp: boolean
  readonly norm: NormConfig
  /** V2: global response normalisation inside of the blocks, in place of layer scale. */
  readonly responseNorm: boolean
  /** Normalise the feature map (`norm_pre`) instead of the pooled features (`head.norm`). */
  readonly headNormFirst: boolean
  /** Width of a hidden layer after `head.norm`. */
  readonly headHiddenSize?: number | undefined
}

/**
 * ConvNeXt as published (Liu et al., arXiv:2201.03545): a patch stem of 4 px, layer norm, layer scale from 1e-6, no
 * stochastic depth.
 */
export const convnextDefaults: Omit<ConvNextConfig, 'depths' | 'dims'> = {
  stem: 'patch',
  convMlp: false,
  norm: normDefaults,
  responseNorm: false,
  headNormFirst: false,
  layerScaleInit: 1e-6,
  dropPath: 0,
}

const kernelSize = 7
const mlpRatio = 4

/** x + γ∘W₂·grn(gelu(W₁·norm(depthwise(x)))), γ in V1 and grn in V2: x [B, H, W, C] → [B, H, W, C]. γ acts on W₂, not on the activations. */
export function convnextBlock(
  scope: Scope,
  x: Value,
  config: Omit<ConvNextConfig, 'depths' | 'dims'>,
  dropPath: number,
): Value {
  const channels = staticDim(x.shape[3])
  const asConvolution = config.convMlp
  const spatial = depthwiseConv(scope.child('conv_dw'), x, kernelSize)
  const mlp = scope.child('mlp')
  const features = channels * mlpRatio
  const hidden = normLinear(scope.child('norm'), mlp.child('fc1'), spatial, {
    features,
    asConvolution,
    norm: config.norm,
  }) // [B, H, W, 4C]
  const own = linearWeights(mlp.child('fc2'), features, { features: channels, asConvolution })
  const initial = config.layerScaleInit
  const gamma = initial === null ? undefined : scope.param('gamma', [channels], { kind: 'constant', value: initial })
  const second = gamma === undefined ? own : foldScale(scope, own, gamma)
  const act = gelu(hidden)
  const branch = config.responseNorm ? normalisedResponse(mlp, act, second) : applyLinear(act, second) // [B, H, W, C]
  return add(x, stochasticDepth(scope, branch, dropPath))
}

/** Global response normalisation and the linear layer after it, which takes over its shift. */
function normalisedResponse(mlp: Scope, x: Value, weights: LinearWeights): Value {
  const { scaled, shift } = responseNorm(mlp.child('grn'), x)
  const bias = mlp.once('folded.bias', () => foldedBias(weights, shift))
  return applyLinear(scaled, { weight: weights.weight, bias })
}

/** x [B, H, W, C] → [B, H/2, W/2, C'] from the second stage on. */
function stage(scope: Scope, x: Value, config: ConvNextConfig, index: number, dropPaths: readonly number[]): Value {
  let y = x
  if (index > 0) {
    const downsample = scope.child('downsample')
    y = normPatchify(downsample.child(0), downsample.child(1), x, 2, {
      features: config.dims[index]!,
      norm: config.norm,
    })
  }
  const blocks = scope.child('blocks')
  dropPaths.forEach((dropPath, i) => {
    y = convnextBlock(blocks.child(i), y, config, dropPath)
    scope.mark(y)
  })
  return y
}

/** x [B, H, W, 3] → [B, H/4, W/4, C]. */
function stem(scope: Scope, x: Value, config: ConvNextConfig): Value {
  const features = config.dims[0]
  if (config.stem === 'patch') return norm(scope.child(1), patchify(scope.child(0), x, 4, { features }), config.norm)
  const middle = config.stem === 'overlap_tiered' ? divisibleBy8(Math.floor(features / 2)) : features
  const first = stridedConv3(scope.child(0), x, { features: middle })
  const act = config.stem === 'overlap_act'
  const second = stridedConv3(scope.child(act ? 2 : 1), act ? gelu(first) : first, { features })
  return norm(scope.child(act ? 3 : 2), second, config.norm)
}

/** The feature map, timm's forward_features: x [B, H, W, 3] standardised → [B, H/32, W/32, dims[3]]. */
export function convnext(scope: Scope, x: Value, config: ConvNextConfig): Value {
  const total = sum(config.depths)
  let y = stem(scope.child('stem'), x, config)
  scope.mark(y)
  let done = 0
  config.depths.forEach((depth, index) => {
    const dropPaths = Array.from({ length: depth }, (_, i) => (config.dropPath * (done + i)) / Math.max(1, total - 1))
    y = stage(scope.child('stages').child(index), y, config, index, dropPaths)
    done += depth
  })
  return config.headNormFirst ? norm(scope.child('norm_pre'), y, config.norm) : y
}

/** timm's features before the classifier: map [B, H, W, C] → [B, C]: average pool, `head.norm`, and where it has one the hidden layer. */
export function convnextHead(scope: Scope, map: Value, config: ConvNextConfig): Value {
  const pooled = averagePool(map)
  if (config.headNormFirst) return pooled
  const head = scope.child('head')
  const normalised = norm(head.child('norm'), pooled, config.norm)
  if (config.headHiddenSize === undefined) return normalised
  const features = config.headHiddenSize
  return gelu(
    applyLinear(
      normalised,
      linearWeights(head.child('pre_logits').child('fc'), staticDim(pooled.shape[1]), { features }),
    ),
  )
}

/** Stem and downsampling belong to the block that follows them. */
function layerOf({ depths }: ConvNextConfig, name: string): number {
  const match = /^stages\.(\d+)\.(?:blocks\.(\d+)\.|downsample\.)/.exec(name)
  if (match === null) return name.startsWith('stem.') ? 0 : sum(depths)
  return sum(depths.slice(0, Number(match[1]))) + Number(match[2] ?? 0) + 1
}

function sum(depths: readonly number[]): number {
  return depths.reduce((total, depth) => total + depth, 0)
}

export const convnextFamily: Family<ConvNextConfig> = {
  width: ({ dims }) => dims[3],
  stridePx: () => 32,
  layers: ({ depths }) => sum(depths),
  layerOf,
  features: (scope, x, config) => ({ map: convnext(scope, x, config) }),
  afterPooling: () => undefined,
  head: (scope, { map }, config) => convnextHead(scope, map, config),
  resized: (tensor) => tensor,
  sized: /(?!)/, // none
  leftOut: /^head\./,
}

/** timm's make_divisible: the nearest multiple of 8 that is not more than a tenth smaller. */
function divisibleBy8(value: number): number {
  const rounded = Math.max(8, Math.floor((value + 4) / 8) * 8)
  return rounded < 0.9 * value ? rounded + 8 : rounded
}
