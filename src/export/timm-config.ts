import type { Geometry } from '../images/index.ts'
import { type FamilyName, pixelStatistics, type ReIdConfig, reidBackbone } from '../models/index.ts'

/** Where timm finds the first convolution and the classifier of a family, for other channels and for fine-tuning. */
const places = {
  convnext: { first_conv: 'stem.0', classifier: 'head.fc' },
  convnextv2: { first_conv: 'stem.0', classifier: 'head.fc' },
  vit: { first_conv: 'patch_embed.proj', classifier: 'head' },
} as const satisfies Record<FamilyName, object>

const cropModes = {
  squash: 'squash',
  letterbox: 'border',
  'center-crop': 'center',
} as const satisfies Record<Geometry['resize'], string>

/** What Python needs beside timm's own keys. */
interface OwnKeys {
  readonly pool: ReIdConfig['pool']
  readonly preprocess: Omit<Geometry, 'heightPx' | 'widthPx'>
  readonly flipAveraging: 'inside'
}

/** A `config.json` as timm reads it from a folder or a repository of the hub (`load_model_config_from_path`); `rosette` is ours. */
export interface TimmConfig {
  readonly architecture: string
  readonly num_classes: 0
  readonly num_features: number
  /** What the architecture is built with: a transformer for its photos' size. */
  readonly model_args?: { readonly img_size: readonly [heightPx: number, widthPx: number] }
  readonly pretrained_cfg: Readonly<Record<string, unknown>>
  readonly rosette: OwnKeys
}

/** The backbone of a network as timm is to build it, and how photos are prepared for it. */
export function timmConfig(network: ReIdConfig, { heightPx, widthPx, ...preprocess }: Geometry): TimmConfig {
  const { name, family, width } = reidBackbone(network)
  const fixed = family === 'vit'
  return {
    architecture: name,
    num_classes: 0,
    num_features: width,
    ...(fixed ? { model_args: { img_size: [heightPx, widthPx] } } : {}),
    pretrained_cfg: {
      tag: 'rosette',
      num_classes: 0,
      input_size: [3, heightPx, widthPx],
      fixed_input_size: fixed,
      interpolation: preprocess.kernel,
      crop_pct: 1,
      crop_mode: cropModes[preprocess.resize],
      ...pixelStatistics[network.pixels],
      ...places[family],
    },
    rosette: { pool: network.pool, preprocess, flipAveraging: 'inside' },
  }
}
