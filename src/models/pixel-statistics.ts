import { imagenetStatistics, type PixelStatistics } from '../nn/index.ts'

/**
 * Channel means and deviations, RGB in [0, 1], with which weights were trained and pixels are standardised, in training and in
 * the exported model alike. imagenet: most of timm's; clip: OpenAI's CLIP and what descends from it; half: [−1, 1].
 */
export const pixelStatistics = {
  imagenet: imagenetStatistics,
  clip: { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] },
  half: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
} as const satisfies Record<string, PixelStatistics>

/** How pixels are standardised before a backbone, by the name of the data or the rule. */
export type PixelStatisticsName = keyof typeof pixelStatistics

/** The names of `pixelStatistics`, as a configuration may say them. */
export const pixelStatisticsNames = ['imagenet', 'clip', 'half'] as const satisfies readonly PixelStatisticsName[]
