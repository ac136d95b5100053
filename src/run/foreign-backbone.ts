import { optionText } from '../base/index.ts'
import { isBackboneName, parseTimmName } from '../models/index.ts'
import { type ShippedDescription, shippedDescriptionOf } from './shipped-descriptions.ts'

/** What timm, or a hub, has and rosette does not build. */
const foreign = new RegExp(
  `^(${[
    'beit|caformer|coat|convformer|davit|deit|dense|edgenext|efficientnet|eva_|fastvit|hiera|inception|levit|maxvit|maxxvit',
    'mobile|nextvit|nfnet|regnet|repvit|resne|rexnet|samvit|sere|swin|tf_|tiny_vit|vgg|vit_\\w*(clip|siglip)|xception',
  ].join('|')})|^(hf[-_]hub|local-dir):|/`,
  'i',
)

const onHub = /^(hf[-_]hub|local-dir):/i
const timmOnHub = /^hf[-_]hub:(?=timm\/)/

/**
 * What to do with a name that is somebody else's network: where docs/models.md tells how it becomes an ONNX file, and the description
 * that fits it. Undefined for names that may be a slip of the pen.
 */
export function foreignHint(name: string): string | undefined {
  const own = name.replace(timmOnHub, '')
  const { backbone } = parseTimmName(own)
  if (timmOnHub.test(name) && isBackboneName(backbone))
    return `rosette has it: ${optionText({ backbone: own.slice('timm/'.length) })}`
  const known = shippedDescriptionOf(name)
  if (known !== undefined && !known.isBuilt) return presetHint(known)
  if (isBackboneName(backbone) || !foreign.test(name)) return undefined
  return 'rosette trains ConvNeXt and vision transformers (`backboneNames`); on an ONNX file of any other network it trains a head: docs/models.md, “Somebody else\'s network”, then `backbone: "FILE.onnx", freeze: "all"`'
}

/**
 * The same of weights: a repository of anybody's on a hub may hold weights of a network that rosette builds, unless its name says another.
 */
export function foreignWeightsHint(name: string): string | undefined {
  const own = /[^/:]*$/.exec(name)![0]
  return onHub.test(name) || foreignHint(own) !== undefined ? foreignHint(name) : undefined
}

function presetHint({ preset, path, exact }: ShippedDescription): string {
  return exact
    ? `docs/models.md makes an ONNX file of it, and rosette trains a head on that: ${optionText({ backbone: `${preset}.onnx`, modelConfig: path, freeze: 'all' })}`
    : `docs/models.md makes an ONNX file of such a network, and rosette trains a head on that: ${optionText({ backbone: 'FILE.onnx', freeze: 'all' })}, with a description like ${path}`
}
