import type { ConvNextName, ConvNextV2Name, convnextMiniatures } from './convnext-sizes.ts'
import type { Pretrained } from './family.ts'

const at = (inputPx: number): Pretrained => ({ inputPx, pixels: 'imagenet', licence: 'apache-2.0' })
const clipAt = (inputPx: number): Pretrained => ({ ...at(inputPx), pixels: 'clip' })
const zepto: Pretrained = { ...at(224), pixels: 'half' }
const dinov3: Pretrained = { ...at(224), licence: 'dinov3-license' }
const eupe: Pretrained = { ...at(256), licence: 'fair-noncommercial-research-license' }

const facebook22k = {
  fb_in22k_ft_in1k: at(224),
  fb_in22k_ft_in1k_384: at(384),
  fb_in22k: at(224),
} as const
const facebook = { ...facebook22k, fb_in1k: at(224) } as const
const in12k = { in12k_ft_in1k: at(224), in12k_ft_in1k_384: at(384), in12k: at(224) } as const

const v2At = (inputPx: number): Pretrained => ({ ...at(inputPx), licence: 'cc-by-nc-4.0' })
const fcmaeSmall = { fcmae_ft_in1k: v2At(224), fcmae: v2At(224) } as const
const fcmae = { fcmae_ft_in22k_in1k: v2At(224), fcmae_ft_in22k_in1k_384: v2At(384), ...fcmaeSmall } as const

/** The tags under which timm 1.0 publishes weights of each ConvNeXt; the first is the one timm takes unless told otherwise; those of a miniature are ours. */
export const convnextPretrained = {
  convnext_zepto_rms: { ra4_e3600_r224_in1k: zepto },
  convnext_zepto_rms_ols: { ra4_e3600_r224_in1k: zepto },
  convnext_atto: { d2_in1k: at(224) },
  convnext_atto_ols: { a2_in1k: at(224) },
  convnext_atto_rms: {},
  convnext_femto: { d1_in1k: at(224) },
  convnext_femto_ols: { d1_in1k: at(224) },
  convnext_pico: { d1_in1k: at(224) },
  convnext_pico_ols: { d1_in1k: at(224) },
  convnext_nano: {
    in12k_ft_in1k: at(224),
    in12k: at(224),
    r384_in12k_ft_in1k: at(384),
    r384_in12k: at(384),
    r384_ad_in12k: at(384),
    d1h_in1k: at(224),
  },
  convnext_nano_ols: { d1h_in1k: at(224) },
  convnext_tiny_hnf: { a2h_in1k: at(224) },
  convnext_tiny: { ...in12k, ...facebook, dinov3_lvd1689m: dinov3, eupe_lvd1689m: eupe },
  convnext_small: { ...in12k, ...facebook, dinov3_lvd1689m: dinov3, eupe_lvd1689m: eupe },
  convnext_base: {
    ...facebook,
    clip_laion2b: clipAt(256),
    clip_laion2b_augreg: clipAt(256),
    clip_laion2b_augreg_ft_in1k: clipAt(256),
    clip_laion2b_augreg_ft_in12k: clipAt(256),
    clip_laion2b_augreg_ft_in12k_in1k: clipAt(256),
    clip_laion2b_augreg_ft_in12k_in1k_384: clipAt(384),
    clip_laiona: clipAt(256),
    clip_laiona_320: clipAt(320),
    clip_laiona_augreg_320: clipAt(320),
    clip_laiona_augreg_ft_in1k_384: clipAt(384),
    dinov3_lvd1689m: dinov3,
    eupe_lvd1689m: eupe,
  },
  convnext_large: { ...facebook, dinov3_lvd1689m: dinov3 },
  convnext_large_mlp: {
    clip_laion2b_soup_ft_in12k_in1k_320: clipAt(320),
    clip_laion2b_soup_ft_in12k_in1k_384: clipAt(384),
    clip_laion2b_soup_ft_in12k_320: clipAt(320),
    clip_laion2b_soup_ft_in12k_384: clipAt(384),
    clip_laion2b_ft_320: clipAt(320),
    clip_laion2b_ft_soup_320: clipAt(320),
    clip_laion2b_augreg: clipAt(256),
    clip_laion2b_augreg_ft_in1k: clipAt(256),
    clip_laion2b_augreg_ft_in1k_384: clipAt(384),
    clip_laion2b_augreg_ft_in12k_384: clipAt(384),
  },
  convnext_xlarge: facebook22k,
  convnext_xxlarge: {
    clip_laion2b_soup_ft_in1k: clipAt(256),
    clip_laion2b_soup_ft_in12k: clipAt(256),
    clip_laion2b_soup: clipAt(256),
    clip_laion2b_rewind: clipAt(256),
  },
  convnext_mini: { drawn_jaguars: { inputPx: 128, pixels: 'imagenet', licence: 'mit', shipped: true } },
  convnext_micro: {},
} as const satisfies {
  readonly [N in ConvNextName | keyof typeof convnextMiniatures]: Readonly<Record<string, Pretrained>>
}

/** The same for ConvNeXt V2. */
export const convnextV2Pretrained = {
  convnextv2_atto: fcmaeSmall,
  convnextv2_femto: fcmaeSmall,
  convnextv2_pico: fcmaeSmall,
  convnextv2_nano: fcmae,
  convnextv2_tiny: fcmae,
  convnextv2_small: {},
  convnextv2_base: fcmae,
  convnextv2_large: fcmae,
  convnextv2_huge: { fcmae_ft_in22k_in1k_384: v2At(384), fcmae_ft_in22k_in1k_512: v2At(512), ...fcmaeSmall },
} as const satisfies { readonly [N in ConvNextV2Name]: Readonly<Record<string, Pretrained>> }
