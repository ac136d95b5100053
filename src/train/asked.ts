import { check } from '../base/index.ts'
import { backboneSettings, type ConfigChange, isOnnx, resolveConfig, type TrainConfig } from '../run/index.ts'
import { type FrozenNetwork, readFrozenNetwork, withGeometry } from './embedded.ts'
import { checkFits } from './fits.ts'
import type { TrainOptions } from './job.ts'
import { precisionOn } from './precision.ts'
import { checkWeights, obtainWeights } from './pretrained.ts'

/** What is asked of a run, before its photos are known. */
export interface Asked {
  readonly prepared: TrainConfig
  /** The ONNX file that stays as it is, where the backbone is one. */
  readonly network: FrozenNetwork | undefined
}

/** The run's configuration, that of a resumed one as `recorded`. @throws InputError for settings that no run can have. */
export async function askedOf(options: TrainSettings, recorded?: TrainConfig): Promise<Asked> {
  const asked = recorded ?? resolveConfig(presetOf(options), changesOf(options))
  const network = isOnnx(asked.model.backbone) ? await readFrozenNetwork(asked) : undefined
  if (network !== undefined && recorded === undefined) checkHeadSettings(asked, resolveConfig(presetOf(options), []))
  check(
    network !== undefined || recorded !== undefined || presetOf(options) !== 'head',
    '`preset: "head"`: a head is trained on the embeddings of an .onnx file, and none is named',
    '`backbone: "NETWORK.onnx", freeze: "all"`',
  )
  if (network === undefined) checkFits(asked)
  return { prepared: network === undefined ? asked : withGeometry(asked, network), network }
}

/** What decides a run but its photos. */
export type TrainSettings = Pick<TrainOptions, 'preset' | 'backbone' | 'modelConfig' | 'freeze' | 'config' | 'set'>

/** What `checkBeginning` looks at. */
export type BeginningOptions = TrainSettings & Pick<TrainOptions, 'device' | 'offline' | 'signal' | 'onProgress'>

/**
 * All of `train()` that needs no photos: that the settings can be, that a step fits into memory, and that the pretrained weights
 * are here and fit; they are fetched where they are not. For whoever has long work before the first training.
 * @throws InputError as `train()` does.
 */
export async function checkBeginning(options: BeginningOptions): Promise<void> {
  const { prepared, network } = await askedOf(options)
  await precisionOn(options.device ?? 'cpu', prepared)
  if (network !== undefined || prepared.weights === null) return
  await checkWeights(await obtainWeights(prepared.weights, prepared, options), prepared, {})
}

function presetOf({ preset, backbone = '' }: TrainSettings): string {
  return preset ?? (isOnnx(backbone) ? 'head' : 'brief')
}

/** What was said over the preset by `config` and `set`. */
export function saidOf({ config, set = [] }: Pick<TrainSettings, 'config' | 'set'>): readonly ConfigChange[] {
  return config === undefined ? set : [config, ...set]
}

/** All that was said over the preset, what is short for it first. */
export function changesOf(options: TrainSettings): readonly ConfigChange[] {
  const { backbone, modelConfig, freeze } = options
  const said = saidOf(options)
  const asOnnx = backbone !== undefined && isOnnx(backbone)
  check(modelConfig === undefined || asOnnx, '`modelConfig` describes an .onnx file given as `backbone`')
  return [
    ...(backbone === undefined ? [] : backboneSettings(backbone, said)),
    ...(modelConfig === undefined ? [] : [`backboneConfig=${modelConfig}`]),
    // the preset for ONNX files freezes: not said, it is not meant
    ...(freeze === undefined && !asOnnx ? [] : [`freeze=${freeze ?? 0}`]),
    ...said,
  ]
}

/** What happens inside of a network, or to photos before it. */
const withoutEffect: readonly (readonly string[])[] = [
  ...['pool', 'gemP', 'pixels', 'dropPath', 'layerScaleInit'].map((key) => ['model', key]),
  ...['affine', 'colorJitter', 'erasing'].map((key) => ['augment', key]),
  ...['backbone', 'layerDecay'].map((key) => ['rates', key]),
  ...[['chunk'], ['recompute'], ['precision']],
]

/** @throws InputError for a setting, other than the preset's, that cannot change a head on an ONNX file's embeddings. */
function checkHeadSettings(asked: TrainConfig, preset: TrainConfig): void {
  const at = (config: unknown, path: readonly string[]) =>
    JSON.stringify(path.reduce((value, key) => (value as Record<string, unknown>)[key], config))
  const changed = (path: readonly string[]) => at(asked, path) !== at(preset, path)
  const onnx = asked.model.backbone
  const { captions: _, ...image } = asked.image
  const { captions: __, ...presetImage } = preset.image
  check(
    JSON.stringify(image) === JSON.stringify(presetImage),
    `image: the description of ${onnx} states how photos are prepared`,
  )
  const idle = withoutEffect.find(changed)
  check(
    idle === undefined,
    `${idle?.join('.')}: without effect on a head trained on embeddings that ${onnx} makes once`,
  )
}
