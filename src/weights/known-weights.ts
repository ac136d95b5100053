import { basename, resolve } from 'node:path'
import { type BackboneName, isBackboneName, type Pretrained, parseTimmName, pretrainedOf } from '../models/index.ts'
import { isWeightsFile } from './find-weights.ts'
import { timmBeside } from './timm-beside.ts'

/** What names a file's weights: its model in a hub's cache, else its own name, which may be timm's: `convnext_small.fb_in1k.safetensors`. */
function weightsStem(file: string): string {
  const cached = /[/\\]models--[^/\\]+?--([^/\\]+)[/\\]snapshots[/\\]/.exec(resolve(file))?.[1]
  return cached ?? basename(file).replace(/\.(safetensors(\.index\.json)?|pth(\.tar)?|pt|bin|ckpt)$/i, '')
}

/** What is known of weights by their timm name, or by that of their file; undefined for others. */
export function knownWeights(source: string): Pretrained | undefined {
  return pretrainedOf(isWeightsFile(source) ? weightsStem(source) : source)
}

/**
 * The architecture of a file's weights, as its name begins, `convnext_small.own.safetensors`, or as the `config.json` beside it
 * says; undefined where neither is known.
 */
export function namedBackbone(file: string): BackboneName | undefined {
  const names = [parseTimmName(weightsStem(file)).backbone, timmBeside(file).architecture]
  return names.find((name) => name !== undefined && isBackboneName(name)) as BackboneName | undefined
}
