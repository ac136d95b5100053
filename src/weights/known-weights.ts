import { basename } from 'node:path'
import { type Pretrained, parseTimmName, pretrainedOf } from '../models/index.ts'
import { isWeightsFile } from './find-weights.ts'

/** A file's name without what tells its kind, which may be a timm name: `convnext_small.fb_in1k.safetensors`. */
function weightsStem(file: string): string {
  return basename(file).replace(/\.(safetensors(\.index\.json)?|pth(\.tar)?|pt|bin|ckpt)$/i, '')
}

/** What is known of weights by their timm name, or by that of their file; undefined for others. */
export function knownWeights(source: string): Pretrained | undefined {
  return pretrainedOf(isWeightsFile(source) ? weightsStem(source) : source)
}

/** The architecture that a file's name begins with, `convnext_small.own.safetensors`; it may be none that is known. */
export function namedBackbone(file: string): string {
  return parseTimmName(weightsStem(file)).backbone
}
