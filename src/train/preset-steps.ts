import type { Graph } from '../graph/index.ts'
import { presets, type TrainConfig } from '../run/index.ts'
import type { Device } from '../runtime/index.ts'
import { embeddedStep } from './embedded-material.ts'
import { planOf } from './plan.ts'
import { precisionOn } from './precision.ts'

/** As many individuals as the competition has. */
const classes = Array.from({ length: 31 }, (_, i) => `${i}`)

/** Of the networks that heads are trained on: no op depends on it. */
const embeddingSize = 768

/** The brief with a vision transformer. */
const transformer: TrainConfig = {
  ...presets.brief,
  model: { ...presets.brief.model, backbone: 'vit_small_patch14_dinov2' },
}

/** A training step that ships with rosette. */
export interface PresetStep {
  readonly name: string
  /** Builds it. */
  readonly graph: () => Graph
}

/** The training step of each preset as a device would run it, and the brief's with a vision transformer. */
export async function presetSteps(device: Device): Promise<readonly PresetStep[]> {
  const { head, ...networks } = presets
  const packed = device !== 'cpu'
  const steps: PresetStep[] = []
  for (const [name, config] of Object.entries({ ...networks, 'brief, DINOv2': transformer })) {
    const precision = await precisionOn(device, config)
    steps.push({
      name: `${name} (${config.model.backbone}, ${precision})`,
      graph: () => planOf({ config, classes, precision }, { packed }).graph,
    })
  }
  return [
    ...steps,
    { name: 'head', graph: () => embeddedStep({ config: head, classes }, embeddingSize, { packed }).graph },
  ]
}
