import { fileURLToPath } from 'node:url'
import { pretrainedOf } from '../models/index.ts'
import type { HubRepo } from './hub-name.ts'

/**
 * The file of weights that come with rosette: of a miniature that learned drawn jaguars only (`bench/start-weights.ts`). Undefined for all
 * other names.
 */
export function shippedWeights({ owner, name }: HubRepo): string | undefined {
  if (owner !== 'timm' || pretrainedOf(name)?.shipped !== true) return undefined
  return fileURLToPath(new URL(`../../presets/${name}.safetensors`, import.meta.url))
}
