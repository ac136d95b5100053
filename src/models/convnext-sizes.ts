import { type ConvNextConfig, convnextDefaults } from './convnext.ts'

type Four = readonly [number, number, number, number]

function size(depths: Four, dims: Four, rest: Partial<ConvNextConfig> = {}): ConvNextConfig {
  return { ...convnextDefaults, depths, dims, ...rest }
}

const small: Four = [2, 2, 6, 2]
const large: Four = [3, 3, 27, 3]
const atto: Four = [40, 80, 160, 320]
const femto: Four = [48, 96, 192, 384]
const pico: Four = [64, 128, 256, 512]
const nano: Four = [80, 160, 320, 640]
const tiny: Four = [96, 192, 384, 768]
const zepto: Four = [32, 64, 128, 256]
const convMlp = true
const tiered = { convMlp, stem: 'overlap_tiered' } as const
const rms = { kind: 'rms', eps: 1e-6 } as const
const simple = { kind: 'simple', eps: 1e-6 } as const

/** Every ConvNeXt V1 of timm 1.0, by its name there. */
export const convnextSizes = {
  convnext_zepto_rms: size([2, 2, 4, 2], zepto, { convMlp, norm: simple }),
  convnext_zepto_rms_ols: size([2, 2, 4, 2], zepto, { convMlp, norm: simple, stem: 'overlap_act' }),
  convnext_atto: size(small, atto, { convMlp }),
  convnext_atto_ols: size(small, atto, tiered),
  convnext_atto_rms: size(small, atto, { convMlp, norm: rms }),
  convnext_femto: size(small, femto, { convMlp }),
  convnext_femto_ols: size(small, femto, tiered),
  convnext_pico: size(small, pico, { convMlp }),
  convnext_pico_ols: size(small, pico, tiered),
  convnext_nano: size([2, 2, 8, 2], nano, { convMlp }),
  convnext_nano_ols: size([2, 2, 8, 2], nano, { convMlp, stem: 'overlap' }),
  convnext_tiny_hnf: size([3, 3, 9, 3], tiny, { convMlp, headNormFirst: true }),
  convnext_tiny: size([3, 3, 9, 3], tiny),
  convnext_small: size(large, tiny),
  convnext_base: size(large, [128, 256, 512, 1024]),
  convnext_large: size(large, [192, 384, 768, 1536]),
  convnext_large_mlp: size(large, [192, 384, 768, 1536], { headHiddenSize: 1536 }),
  convnext_xlarge: size(large, [256, 512, 1024, 2048]),
  convnext_xxlarge: size([3, 4, 30, 3], [384, 768, 1536, 3072], { norm: { kind: 'layer', eps: 1e-5 } }),
} as const satisfies Record<string, ConvNextConfig>

const v2 = { responseNorm: true, layerScaleInit: null } as const

/** Every ConvNeXt V2 of timm 1.0. */
export const convnextV2Sizes = {
  convnextv2_atto: size(small, atto, { ...v2, convMlp }),
  convnextv2_femto: size(small, femto, { ...v2, convMlp }),
  convnextv2_pico: size(small, pico, { ...v2, convMlp }),
  convnextv2_nano: size([2, 2, 8, 2], nano, { ...v2, convMlp }),
  convnextv2_tiny: size([3, 3, 9, 3], tiny, v2),
  convnextv2_small: size(large, tiny, v2),
  convnextv2_base: size(large, [128, 256, 512, 1024], v2),
  convnextv2_large: size(large, [192, 384, 768, 1536], v2),
  convnextv2_huge: size(large, [352, 704, 1408, 2816], v2),
} as const satisfies Record<string, ConvNextConfig>

export type ConvNextName = keyof typeof convnextSizes
export type ConvNextV2Name = keyof typeof convnextV2Sizes

/** Networks of no published size. `convnext_mini` learns drawn jaguars in a minute or two; `convnext_micro` tries a program out in a second. */
export const convnextMiniatures = {
  convnext_mini: size([1, 1, 3, 1], zepto),
  convnext_micro: size([1, 1, 1, 1], [16, 32, 48, 64]),
} as const satisfies Record<string, ConvNextConfig>
