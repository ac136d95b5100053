import { statSync } from 'node:fs'
import { check, nearest } from '../base/index.ts'
import {
  backboneOf,
  type PixelStatisticsName,
  parseTimmName,
  pixelStatistics,
  pixelStatisticsNames,
} from '../models/index.ts'
import { isWeightsFile, knownWeights, namedBackbone, timmBeside } from '../weights/index.ts'
import { foreignHint } from './foreign-backbone.ts'
import { isOnnx } from './onnx-backbone.ts'
import { type ConfigChange, sets } from './setting.ts'

/**
 * What the option `backbone` is short for, as `path=value` assignments: of a timm name the architecture, its weights (timm's default ones
 * without a tag) and the statistics of their pixels; of a file of weights itself, with the architecture that its name begins
 * with, unless `changes` name one; of an ONNX file itself.
 * @throws InputError for an unknown architecture or tag, and for a file that leaves the architecture open.
 */
export function backboneSettings(backbone: string, changes: readonly ConfigChange[]): string[] {
  if (isOnnx(backbone)) return [`model.backbone=${backbone}`, 'weights=null']
  check(
    statSync(backbone, { throwIfNoEntry: false })?.isDirectory() !== true,
    `\`backbone\`: ${backbone} is a folder`,
    'name its file of weights, model.safetensors',
  )
  return isWeightsFile(backbone) ? fileSettings(backbone, changes) : timmSettings(backbone)
}

function timmSettings(name: string): string[] {
  const foreign = foreignHint(name)
  check(
    foreign === undefined,
    `\`backbone\`: '${name}' is none of rosette's networks, expected a name of \`backboneNames\` or a file`,
    foreign,
  )
  const { backbone, tag, revision } = parseTimmName(name)
  const { pretrained } = backboneOf(backbone)
  const [first] = Object.keys(pretrained)
  const wanted = tag ?? first
  if (wanted === undefined) {
    check(
      revision === undefined,
      `\`backbone\`: no weights are offered for ${backbone}, got the revision '${revision}'`,
    )
    return [`model.backbone=${backbone}`, 'weights=null']
  }
  const known = Object.hasOwn(pretrained, wanted) ? pretrained[wanted] : undefined
  const near = nearest(wanted, Object.keys(pretrained))
  check(
    known !== undefined,
    `\`backbone\`: no weights '${wanted}' are offered for ${backbone}`,
    near === undefined ? `\`summariseBackbone("${backbone}")\` lists them` : `did you mean ${backbone}.${near}?`,
  )
  const weights = `${backbone}.${wanted}${revision === undefined ? '' : `@${revision}`}`
  return [`model.backbone=${backbone}`, `weights=${weights}`, `model.pixels=${known.pixels}`]
}

function fileSettings(file: string, changes: readonly ConfigChange[]): string[] {
  const backbone = namedBackbone(file)
  const given = sets(changes, ['model', 'backbone'])
  check(
    given || backbone !== undefined,
    `\`backbone\`: of which network are the weights in ${file}?`,
    'say it with `set: ["model.backbone=NAME"]`; `backboneNames` lists the names',
  )
  const pixels = setsPixels(changes) ? undefined : pixelsOf(file)
  return [
    ...(given ? [] : [`model.backbone=${backbone}`]),
    `weights=${file}`,
    ...(pixels === undefined || pixels === 'other' ? [] : [`model.pixels=${pixels}`]),
  ]
}

/**
 * With which pixels a file's weights were trained: as the `config.json` beside it says, which timm and `exportTimm`
 * write, else as is known of weights of its name. 'other' for statistics that are none of those known; undefined where nothing tells.
 */
export function pixelsOf(file: string): PixelStatisticsName | 'other' | undefined {
  const { pixels } = timmBeside(file)
  if (pixels === undefined) return knownWeights(file)?.pixels
  const told = JSON.stringify([pixels.mean, pixels.std])
  const same = ({ mean, std }: (typeof pixelStatistics)[PixelStatisticsName]) => JSON.stringify([mean, std]) === told
  return pixelStatisticsNames.find((name) => same(pixelStatistics[name])) ?? 'other'
}

/** Whether the changes say themselves with which pixels the weights were trained. */
export function setsPixels(changes: readonly ConfigChange[]): boolean {
  return sets(changes, ['model', 'pixels'])
}

/**
 * That a file of weights gets the pixels it was trained with, where the config.json beside it says which. @throws
 * InputError where the two differ.
 */
export function checkPixels(file: string, pixels: PixelStatisticsName): void {
  const told = pixelsOf(file)
  check(
    told !== 'other',
    `${file}: was trained with other pixels than ${pixelStatisticsNames.join(', ')}, as config.json beside it says`,
    '`set: ["model.pixels=NAME"]` takes one of them nevertheless',
  )
  check(
    told === undefined || told === pixels,
    `model.pixels: expected '${told}' as ${file} was trained with, got '${pixels}'`,
    '`backbone: "FILE"` sets both',
  )
}
