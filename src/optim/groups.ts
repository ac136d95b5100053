/** Learning rates by place in the network, as factors of the base rate. */
export interface RateConfig {
  /** Of everything outside the backbone. */
  readonly head: number
  readonly backbone: number
  /** Each layer towards the input learns by this factor less (Clark et al., arXiv:2003.10555); 1 switches it off. */
  readonly layerDecay: number
}

/** One learning rate for all parameters. */
export const rateDefaults: RateConfig = { head: 1, backbone: 1, layerDecay: 1 }

/** How a backbone's parameters are ordered from the input to the head. */
export interface Layered {
  readonly layers: number
  /** Of a parameter by its name in the backbone: 0 … layers. */
  layerOf(name: string): number
}

const backbonePrefix = 'backbone.'

/** The layer of a parameter, 0 … layers from the input; undefined for what is outside of the backbone. */
export function layerOf(name: string, backbone: Layered): number | undefined {
  return name.startsWith(backbonePrefix) ? backbone.layerOf(name.slice(backbonePrefix.length)) : undefined
}

/** The factor of one parameter's learning rate: backbone · layerDecay^(layers between it and the head). */
export function rateScale(name: string, backbone: Layered, config: RateConfig): number {
  const layer = layerOf(name, backbone)
  return layer === undefined ? config.head : config.backbone * config.layerDecay ** (backbone.layers - layer)
}
