import * as z from 'zod'
import { pixelStatisticsNames } from './pixel-statistics.ts'
import type { ReIdConfig } from './reid.ts'

const below1 = z.number().min(0).lt(1)

/** ReIdConfig as it is written in a run's config and in model.json; `backboneOf` checks the backbone's name. */
export const reidSchema = z.strictObject({
  backbone: z.string(),
  pixels: z.enum(pixelStatisticsNames).default('imagenet'), // runs of version 0.1 have no such key
  pool: z.enum(['gem', 'average', 'token']),
  gemP: z.number().positive(),
  embeddingSize: z.int().positive().max(65_536).nullable(),
  neckBias: z.boolean(),
  dropPath: below1,
  dropout: below1,
  layerScaleInit: z.number().positive(),
}) satisfies z.ZodType<ReIdConfig>
