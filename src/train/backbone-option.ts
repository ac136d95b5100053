import { basename } from 'node:path'
import { check, nearest } from '../base/index.ts'
import { backboneOf, isBackboneName, parseTimmName } from '../models/index.ts'
import { isWeightsFile } from '../weights/index.ts'
import { isOnnx } from './embedded.ts'

/**
 * What `--backbone` is short for, as `path=value` assignments: of a timm name the architecture, its weights (timm's default ones
 * without a tag) and the statistics of their pixels; of a file of weights itself, with the architecture that its name begins
 * with, unless `set` names one; of an ONNX file itself.
 * @throws InputError for an unknown architecture or tag, and for a file that leaves the architecture open.
 */
export function backboneSettings(backbone: string, set: readonly string[]): string[] {
  if (isOnnx(backbone)) return [`model.backbone=${backbone}`, 'weights=null']
  return isWeightsFile(backbone) ? fileSettings(backbone, set) : timmSettings(backbone)
}

function timmSettings(name: string): string[] {
  const { backbone, tag } = parseTimmName(name)
  const { pretrained } = backboneOf(backbone)
  const [first] = Object.keys(pretrained)
  const wanted = tag ?? first
  if (wanted === undefined) return [`model.backbone=${backbone}`, 'weights=null']
  const known = Object.hasOwn(pretrained, wanted) ? pretrained[wanted] : undefined
  const near = nearest(wanted, Object.keys(pretrained))
  check(
    known !== undefined,
    `--backbone: no weights '${wanted}' are published for ${backbone}`,
    near === undefined ? `\`rosette models ${backbone}\` lists them` : `did you mean ${backbone}.${near}?`,
  )
  return [`model.backbone=${backbone}`, `weights=${backbone}.${wanted}`, `model.pixels=${known.pixels}`]
}

function fileSettings(file: string, set: readonly string[]): string[] {
  const { backbone } = parseTimmName(basename(file))
  const given = set.some((assignment) => /^model(\.backbone)?=/.test(assignment))
  check(
    given || isBackboneName(backbone),
    `--backbone: of which network are the weights in ${file}?`,
    'say it with --set model.backbone=NAME; `rosette models` lists the names',
  )
  return given ? [`weights=${file}`] : [`model.backbone=${backbone}`, `weights=${file}`]
}
