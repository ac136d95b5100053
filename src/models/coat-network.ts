import { gelu, mul, reshape, staticDim, sub, type Value } from '../graph/index.ts'
import { l2Normalise, linear, type NormConfig, norm, normDefaults, type Scope, stridedConv3 } from '../nn/index.ts'
import { convnextBlock, convnextDefaults } from './convnext.ts'

/** How wide and deep a coat network is. */
export interface CoatNetworkConfig {
  /** C, channels of the blocks. */
  readonly width: number
  /** ConvNeXt blocks with 7×7 kernels; each widens what a place sees by 24 px. */
  readonly depth: number
  /** D, numbers of a descriptor. */
  readonly dim: number
}

/** 0.2 million weights; a place sees 120 px around it. */
export const coatNetworkDefaults: CoatNetworkConfig = { width: 64, depth: 5, dim: 64 }

/** Pixels that a cell of the network's output is wide and high. */
export const coatStridePx = 4

/** Descriptors of a photo's cells, and how likely each is to be found again. */
export interface CoatMaps {
  /** [B, H/4 · W/4, D], unit vectors. */
  readonly descriptors: Value
  /** [B, H/4 · W/4]: the logarithm of the odds that the cell's mutual nearest neighbour in another photo of the coat is right. */
  readonly reliability: Value
}

const firstWidth = 16
const layerNorm: NormConfig = normDefaults
/** Mean and standard deviation of brightness. */
const brightness = { mean: 0.45, deviation: 0.22 } as const

/**
 * A descriptor and a reliability for every 4×4 pixels: x [B, H, W, 1], brightness in [0, 1], H and W multiples of 4. Two convolutions of stride 2,
 * normalised (so that contrast counts little), ConvNeXt blocks, and two linear layers.
 */
export function coatNetwork(
  scope: Scope,
  x: Value,
  { width, depth, dim }: CoatNetworkConfig = coatNetworkDefaults,
): CoatMaps {
  const stem = scope.child('stem')
  const standard = mul(sub(x, brightness.mean), 1 / brightness.deviation)
  const half = norm(stem.child(1), stridedConv3(stem.child(0), standard, { features: firstWidth }), layerNorm)
  let y = norm(stem.child(3), stridedConv3(stem.child(2), gelu(half), { features: width }), layerNorm) // [B, H/4, W/4, C]
  const config = { ...convnextDefaults, layerScaleInit: null }
  for (let i = 0; i < depth; i++) y = convnextBlock(scope.child('blocks').child(i), y, config, 0)
  const last = norm(scope.child('norm'), y, layerNorm)
  const cells = staticDim(y.shape[1]) * staticDim(y.shape[2])
  const init = { kind: 'xavierUniform' } as const
  const described = l2Normalise(linear(scope.child('descriptor'), last, { features: dim, init }))
  const sure = linear(scope.child('reliability'), last, { features: 1, init })
  return {
    descriptors: reshape(described, [x.shape[0]!, cells, dim]),
    reliability: reshape(sure, [x.shape[0]!, cells]),
  }
}
