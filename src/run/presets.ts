import { arcfaceDefaults } from '../nn/index.ts'
import { type TrainConfig, trainDefaults } from './config.ts'

/** For training from random weights: layer scale that lets every block take part at once. */
const fromScratch = { layerScaleInit: 0.3 }

/** A small network at 128² from random weights, with a margin that it can follow from the first step: minutes on a laptop. */
const atto: TrainConfig = {
  ...trainDefaults,
  model: { ...trainDefaults.model, ...fromScratch, backbone: 'convnext_atto', embeddingSize: null },
  weights: null,
  image: { ...trainDefaults.image, widthPx: 128, heightPx: 128 },
  loss: { ...arcfaceDefaults, marginRad: 0.2, scale: 16 },
  epochs: 40,
  validateEvery: 5,
  chunk: 32,
  optimiser: { ...trainDefaults.optimiser, learningRate: 2e-3 },
  schedule: { warmupEpochs: 2, finalFraction: 0.01, marginWarmupEpochs: 0, unfreeze: [] },
}

/**
 * The demo's, for drawn jaguars and a minute: a miniature network that begins with the weights that come with rosette, on the animal alone,
 * twice as wide as high, as it is from the side, and with mild augmentation (results/demo-*.csv).
 */
const demo: TrainConfig = {
  ...atto,
  model: { ...atto.model, backbone: 'convnext_mini' },
  weights: 'convnext_mini.drawn_jaguars',
  image: { ...atto.image, widthPx: 128, heightPx: 64, alpha: 'crop-black' },
  augment: {
    affine: { degrees: 10, translate: 0.1, scale: [0.85, 1.15], shearDegrees: 0 },
    colorJitter: { brightness: 0.25, contrast: 0, saturation: 0, hue: 0 },
    flip: { probability: 0.5 },
    erasing: false,
  },
  validation: 'none',
  epochs: 12,
  chunk: 8,
  optimiser: { ...atto.optimiser, learningRate: 4e-3 },
  schedule: { warmupEpochs: 1, finalFraction: 0.01, marginWarmupEpochs: 6, unfreeze: [] },
  clipNorm: 5,
}

/** For a head on an ONNX file's embeddings, computed once: many epochs take seconds. */
const head: TrainConfig = {
  ...trainDefaults,
  model: { ...trainDefaults.model, embeddingSize: null },
  weights: null,
  freeze: 'all',
  epochs: 30,
  validateEvery: 10,
  optimiser: { ...trainDefaults.optimiser, learningRate: 3e-3 },
  schedule: { ...trainDefaults.schedule, warmupEpochs: 1, marginWarmupEpochs: 10 },
}

/** The runs that have a name. */
export const presets = { brief: trainDefaults, atto, demo, head } as const satisfies Record<string, TrainConfig>

export type PresetName = keyof typeof presets
