import { attentionDefaults, normDefaults, type RotaryConfig } from '../nn/index.ts'
import type { VitConfig } from './vit.ts'

/** Width, blocks and heads. */
interface Size {
  readonly width: number
  readonly depth: number
  readonly heads: number
}

const tiny: Size = { width: 192, depth: 12, heads: 3 }
const small: Size = { width: 384, depth: 12, heads: 6 }
const base: Size = { width: 768, depth: 12, heads: 12 }
const large: Size = { width: 1024, depth: 24, heads: 16 }
const huge: Size = { width: 1280, depth: 32, heads: 16 }
const giant: Size = { width: 1536, depth: 40, heads: 24 }

/** As published: a class token, four times the width between the layers of the mlp, positions learned. */
function plain({ width, depth, heads }: Size, patchPx: number, rest: Partial<VitConfig> = {}): VitConfig {
  return {
    patchPx,
    width,
    depth,
    attention: { ...attentionDefaults, heads },
    mlp: { kind: 'gelu', hidden: 4 * width, innerNorm: false },
    norm: normDefaults,
    layerScaleNames: ['ls1.gamma', 'ls2.gamma'],
    layerScaleInit: null,
    classToken: true,
    registers: 0,
    positions: 'all',
    finalNorm: 'tokens',
    pool: 'token',
    dropPath: 0,
    ...rest,
  }
}

/** DINOv2 (Oquab et al., arXiv:2304.07193): layer scale. With registers, which have no position. */
const dinov2: Partial<VitConfig> = { layerScaleInit: 1e-5 }
const registers: Partial<VitConfig> = { ...dinov2, registers: 4, positions: 'patches' }
const giantMlp: Partial<VitConfig> = { mlp: { kind: 'swiglu-packed', hidden: 4096, innerNorm: false } }

const eva02Rotary: RotaryConfig = { positions: 'index', referenceGrid: 16, temperature: 10_000, pairs: 'neighbours' }

/** EVA-02 (Fang et al., arXiv:2303.11331): rotary and learned positions, SwiGLU; the larger ones normalise inside the mlp. */
function eva02(size: Size): VitConfig {
  const hidden = Math.trunc((size.width * 8) / 3)
  const isLarge = size.width >= 768
  return plain(size, 14, {
    attention: { heads: size.heads, weights: isLarge ? 'separate' : 'joint', bias: 'query-value', qkNorm: false },
    mlp: { kind: isLarge ? 'swiglu' : 'swiglu-packed', hidden, innerNorm: isLarge },
    rotary: eva02Rotary,
    finalNorm: 'pooled',
    pool: 'average',
  })
}

const dinov3Rotary: RotaryConfig = { positions: 'centred', referenceGrid: 0, temperature: 100, pairs: 'halves' }

/** DINOv3 (Siméoni et al., arXiv:2508.10104): rotary positions only, registers, layer scale. 'qkvb' keeps biases that are zero. */
function dinov3(size: Size, options: { bias?: boolean; plus?: boolean } = {}): VitConfig {
  return plain(size, 16, {
    attention: { heads: size.heads, weights: 'joint', bias: options.bias ? 'query-value' : 'none', qkNorm: false },
    mlp: { kind: options.plus ? 'swiglu' : 'gelu', hidden: 4 * size.width, innerNorm: false },
    norm: { kind: 'layer', eps: 1e-5 },
    layerScaleNames: ['gamma_1', 'gamma_2'],
    layerScaleInit: 1e-5,
    pool: 'average',
    registers: 4,
    positions: 'none',
    rotary: dinov3Rotary,
  })
}

const bias = true
const plus = true

/** Vision transformers of timm 1.0, by their names there. */
export const vitSizes = {
  vit_tiny_patch16_224: plain(tiny, 16),
  vit_tiny_patch16_384: plain(tiny, 16),
  vit_small_patch16_224: plain(small, 16),
  vit_small_patch16_384: plain(small, 16),
  vit_small_patch8_224: plain(small, 8),
  vit_base_patch16_224: plain(base, 16),
  vit_base_patch16_384: plain(base, 16),
  vit_base_patch8_224: plain(base, 8),
  vit_large_patch16_224: plain(large, 16),
  vit_large_patch16_384: plain(large, 16),
  vit_large_patch14_224: plain(large, 14),
  vit_huge_patch14_224: plain(huge, 14),

  vit_small_patch14_dinov2: plain(small, 14, dinov2),
  vit_small_patch14_reg4_dinov2: plain(small, 14, registers),
  vit_base_patch14_dinov2: plain(base, 14, dinov2),
  vit_base_patch14_reg4_dinov2: plain(base, 14, registers),
  vit_large_patch14_dinov2: plain(large, 14, dinov2),
  vit_large_patch14_reg4_dinov2: plain(large, 14, registers),
  vit_giant_patch14_dinov2: plain(giant, 14, { ...dinov2, ...giantMlp }),
  vit_giant_patch14_reg4_dinov2: plain(giant, 14, { ...registers, ...giantMlp }),

  eva02_tiny_patch14_224: eva02(tiny),
  eva02_tiny_patch14_336: eva02(tiny),
  eva02_small_patch14_224: eva02(small),
  eva02_small_patch14_336: eva02(small),
  eva02_base_patch14_224: eva02(base),
  eva02_base_patch14_448: eva02(base),
  eva02_large_patch14_224: eva02(large),
  eva02_large_patch14_448: eva02(large),

  vit_tiny_patch16_dinov3_qkvb: dinov3(tiny, { bias }),
  vit_small_patch16_dinov3: dinov3(small),
  vit_small_patch16_dinov3_qkvb: dinov3(small, { bias }),
  vit_small_plus_patch16_dinov3: dinov3(small, { plus }),
  vit_small_plus_patch16_dinov3_qkvb: dinov3(small, { plus, bias }),
  vit_base_patch16_dinov3: dinov3(base),
  vit_base_patch16_dinov3_qkvb: dinov3(base, { bias }),
  vit_large_patch16_dinov3: dinov3(large),
  vit_large_patch16_dinov3_qkvb: dinov3(large, { bias }),
} as const satisfies Record<string, VitConfig>

export type VitName = keyof typeof vitSizes

/** Networks of no published size, for tests: they learn drawn jaguars in a minute or two. */
export const vitMiniatures = {
  vit_mini_patch8: plain({ width: 64, depth: 3, heads: 2 }, 8),
} as const satisfies Record<string, VitConfig>
