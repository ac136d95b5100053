import type { ParamSpec } from '../nn/index.ts'

/** Learning rates by place in the network, as factors of the base rate. */
export interface RateConfig {
  /** Of everything outside the backbone. */
  readonly head: number
  readonly backbone: number
  /** Each layer towards the input learns by this factor less (Clark et al., arXiv:2003.10555); 1 switches it off. */
  readonly layerDecay: number
}

export const rateDefaults: RateConfig = { head: 1, backbone: 1, layerDecay: 1 }

/**
 * The factor of one parameter's learning rate: backbone · layerDecay^(layers between it and the head). Stem and downsampling
 * belong to the block that follows them. `depths` are the backbone's blocks a stage.
 */
export function rateScale(spec: ParamSpec, depths: readonly number[], config: RateConfig): number {
  if (!spec.name.startsWith('backbone.')) return config.head
  const total = depths.reduce((sum, depth) => sum + depth, 0)
  return config.backbone * config.layerDecay ** (total - layerOf(spec.name, depths))
}

/** The number of blocks up to and including the one a backbone parameter belongs to: 0 for the stem, Σ depths at the end. */
export function layerOf(name: string, depths: readonly number[]): number {
  const match = /^backbone\.stages\.(\d+)\.(?:blocks\.(\d+)\.|downsample\.)/.exec(name)
  if (match === null) return name.startsWith('backbone.stem.') ? 0 : depths.reduce((sum, depth) => sum + depth, 0)
  const before = depths.slice(0, Number(match[1])).reduce((sum, depth) => sum + depth, 0)
  return before + Number(match[2] ?? 0) + 1
}
