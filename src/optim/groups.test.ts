import { expect, test } from 'vitest'
import { layerOf, rateDefaults, rateScale } from './groups.ts'

// blocks 1–2, 3, 4–6, 7: seven layers, and the stem before them
const depths = [2, 1, 3, 1]

/** Worked by hand. Downsampling belongs to the block behind it; the norm after the last block to that block. */
const layers: readonly (readonly [name: string, layer: number])[] = [
  ['backbone.stem.0.weight', 0],
  ['backbone.stem.1.bias', 0],
  ['backbone.stages.0.blocks.0.conv_dw.weight', 1],
  ['backbone.stages.0.blocks.0.gamma', 1],
  ['backbone.stages.0.blocks.1.mlp.fc1.weight', 2],
  ['backbone.stages.1.downsample.0.weight', 3],
  ['backbone.stages.1.downsample.1.bias', 3],
  ['backbone.stages.1.blocks.0.norm.weight', 3],
  ['backbone.stages.2.downsample.1.weight', 4],
  ['backbone.stages.2.blocks.0.mlp.fc2.bias', 4],
  ['backbone.stages.2.blocks.2.conv_dw.bias', 6],
  ['backbone.stages.3.downsample.1.weight', 7],
  ['backbone.stages.3.blocks.0.gamma', 7],
  ['backbone.norm_pre.weight', 7],
]

const spec = (name: string) => ({ name, shape: [1], init: { kind: 'constant', value: 0 }, decay: false }) as const

test.each(layers)('%s is of layer %d', (name, layer) => {
  expect(layerOf(name, depths)).toBe(layer)
  const config = { head: 10, backbone: 0.5, layerDecay: 0.8 }
  expect(rateScale(spec(name), depths, config)).toBeCloseTo(0.5 * 0.8 ** (7 - layer), 12)
  expect(rateScale(spec(name), depths, rateDefaults)).toBe(1)
})

test.each(['pool.p', 'projection.weight', 'neck.weight', 'head.weight'])('%s has the head’s rate', (name) => {
  expect(rateScale(spec(name), depths, { head: 10, backbone: 0.5, layerDecay: 0.8 })).toBe(10)
})
