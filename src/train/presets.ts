import { type TrainConfig, trainDefaults } from './config.ts'

/** For training from random weights: layer scale that lets every block take part at once. */
const fromScratch = { layerScaleInit: 0.3 }

/** A small network at 112² from random weights: minutes on a laptop. */
const atto: TrainConfig = {
  ...trainDefaults,
  model: { ...trainDefaults.model, ...fromScratch, backbone: 'convnext_atto', embeddingSize: null },
  weights: null,
  image: { ...trainDefaults.image, widthPx: 128, heightPx: 128 },
  epochs: 30,
  validateEvery: 5,
  chunk: 32,
  optimiser: { ...trainDefaults.optimiser, learningRate: 2e-3 },
  schedule: { warmupEpochs: 2, finalFraction: 0.01, marginWarmupEpochs: 15 },
}

/** The demo's: smaller still. */
const demo: TrainConfig = {
  ...atto,
  model: { ...atto.model, backbone: 'convnext_atto_ols' },
  image: { ...atto.image, widthPx: 96, heightPx: 96, alpha: 'crop-black' },
  validation: 'none',
  epochs: 24,
  schedule: { warmupEpochs: 2, finalFraction: 0.01, marginWarmupEpochs: 12 },
}

/** The runs that have a name. */
export const presets = { brief: trainDefaults, atto, demo } as const satisfies Record<string, TrainConfig>

export type PresetName = keyof typeof presets
