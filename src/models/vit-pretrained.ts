import type { Pretrained } from './family.ts'
import type { VitName, vitMiniatures } from './vit-sizes.ts'

const half = (inputPx: number): Pretrained => ({ inputPx, pixels: 'half', licence: 'apache-2.0' })
const imagenet = (inputPx: number): Pretrained => ({ ...half(inputPx), pixels: 'imagenet' })
const dino = imagenet(224)
const mae: Pretrained = { ...imagenet(224), licence: 'cc-by-nc-4.0' }
const dinov2 = { lvd142m: imagenet(518) } as const
const eva = (inputPx: number): Pretrained => ({ inputPx, pixels: 'clip', licence: 'mit' })
const dinov3 = { lvd1689m: { ...imagenet(256), licence: 'dinov3-license' } } as const satisfies Record<
  string,
  Pretrained
>
const eupe: Pretrained = { ...imagenet(256), licence: 'fair-noncommercial-research-license' }

/**
 * The tags under which timm 1.0 publishes weights of each vision transformer; the first is the one timm takes unless told
 * otherwise. Left out: DINOv3's for satellite images, and 'bamboo', which states no licence.
 */
export const vitPretrained = {
  vit_tiny_patch16_224: { augreg_in21k_ft_in1k: half(224), augreg_in21k: half(224) },
  vit_tiny_patch16_384: { augreg_in21k_ft_in1k: half(384) },
  vit_small_patch16_224: {
    augreg_in21k_ft_in1k: half(224),
    augreg_in1k: half(224),
    augreg_in21k: half(224),
    dino,
  },
  vit_small_patch16_384: { augreg_in21k_ft_in1k: half(384), augreg_in1k: half(384) },
  vit_small_patch8_224: { dino },
  vit_base_patch16_224: {
    augreg2_in21k_ft_in1k: half(224),
    augreg_in21k_ft_in1k: half(224),
    orig_in21k_ft_in1k: half(224),
    augreg_in1k: half(224),
    orig_in21k: half(224),
    augreg_in21k: half(224),
    sam_in1k: half(224),
    dino,
    mae,
  },
  vit_base_patch16_384: {
    augreg_in21k_ft_in1k: half(384),
    orig_in21k_ft_in1k: half(384),
    augreg_in1k: half(384),
  },
  vit_base_patch8_224: {
    augreg2_in21k_ft_in1k: half(224),
    augreg_in21k_ft_in1k: half(224),
    augreg_in21k: half(224),
    dino,
  },
  vit_large_patch16_224: { augreg_in21k_ft_in1k: half(224), orig_in21k: half(224), augreg_in21k: half(224), mae },
  vit_large_patch16_384: { augreg_in21k_ft_in1k: half(384) },
  vit_large_patch14_224: {},
  vit_huge_patch14_224: { orig_in21k: half(224), mae },

  vit_small_patch14_dinov2: dinov2,
  vit_small_patch14_reg4_dinov2: dinov2,
  vit_base_patch14_dinov2: dinov2,
  vit_base_patch14_reg4_dinov2: dinov2,
  vit_large_patch14_dinov2: dinov2,
  vit_large_patch14_reg4_dinov2: dinov2,
  vit_giant_patch14_dinov2: dinov2,
  vit_giant_patch14_reg4_dinov2: dinov2,

  eva02_tiny_patch14_224: { mim_in22k: eva(224) },
  eva02_tiny_patch14_336: { mim_in22k_ft_in1k: eva(336) },
  eva02_small_patch14_224: { mim_in22k: eva(224) },
  eva02_small_patch14_336: { mim_in22k_ft_in1k: eva(336) },
  eva02_base_patch14_224: { mim_in22k: eva(224) },
  eva02_base_patch14_448: {
    mim_in22k_ft_in22k_in1k: eva(448),
    mim_in22k_ft_in1k: eva(448),
    mim_in22k_ft_in22k: eva(448),
  },
  eva02_large_patch14_224: { mim_in22k: eva(224), mim_m38m: eva(224) },
  eva02_large_patch14_448: {
    mim_in22k_ft_in22k_in1k: eva(448),
    mim_m38m_ft_in22k_in1k: eva(448),
    mim_in22k_ft_in1k: eva(448),
    mim_m38m_ft_in1k: eva(448),
    mim_in22k_ft_in22k: eva(448),
    mim_m38m_ft_in22k: eva(448),
  },

  vit_tiny_patch16_dinov3_qkvb: { eupe_lvd1689m: eupe },
  vit_small_patch16_dinov3: dinov3,
  vit_small_patch16_dinov3_qkvb: { ...dinov3, eupe_lvd1689m: eupe },
  vit_small_plus_patch16_dinov3: dinov3,
  vit_small_plus_patch16_dinov3_qkvb: dinov3,
  vit_base_patch16_dinov3: dinov3,
  vit_base_patch16_dinov3_qkvb: { ...dinov3, eupe_lvd1689m: eupe },
  vit_large_patch16_dinov3: dinov3,
  vit_large_patch16_dinov3_qkvb: dinov3,
  vit_mini_patch8: {},
} as const satisfies { readonly [N in VitName | keyof typeof vitMiniatures]: Readonly<Record<string, Pretrained>> }
